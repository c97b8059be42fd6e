/** What this host has and lacks: space, SELinux, container runtimes. */
import { statfsSync } from "node:fs";
import { messageOf } from "../../core/util/errors.ts";
import { formatBytes } from "../../core/util/units.ts";
import type { Runtime } from "../../locate/containers/mod.ts";
import { RUNTIMES } from "../../locate/containers/runtimes/mod.ts";
import type { HostFinding } from "./finding.ts";

/** A package has up to about 1 GB for each architecture, and the old version stays until the end. */
const LEAST_SPACE = 3e9;

/** So little that no package fits. */
const FULL = 100e6;

/** Whether a folder that is written to has space; of one that is not there nothing is told. */
export function checkSpace(folder: string): HostFinding[] {
  try {
    const { bavail, bsize, ffree, files } = statfsSync(folder);
    const free = bavail * bsize;
    const message = `${formatBytes(free)} are free in ${folder}`;
    if (files > 0 && ffree < 10_000) {
      const hint = `df -i ${folder}`;
      return [{
        check: "space",
        state: ffree < 100 ? "problem" : "warning",
        message: `only ${ffree} files more fit into ${folder}`,
        hint,
      }];
    }
    if (free >= LEAST_SPACE) return [{ check: "space", state: "ok", message }];
    const hint = `df -h ${folder}; du -xhd1 ${folder}`;
    return [{
      check: "space",
      state: free < FULL ? "problem" : "warning",
      message: `only ${message}`,
      hint,
    }];
  } catch {
    return [];
  }
}

/** Whether SELinux is enforced here. */
export function checkSelinux(enforce = "/sys/fs/selinux/enforce"): HostFinding {
  let state = "";
  try {
    state = Deno.readTextFileSync(enforce).trim();
  } catch { /* there is none */ }
  const check = "selinux";
  if (state !== "1") return { check, state: "ok", message: "SELinux is not enforced" };
  return {
    check,
    state: "ok",
    message: "SELinux is enforced; an import sets the type of what it writes (--selinux auto)",
  };
}

/** A runtime that is asked and silent for so long, in ms, is of no use. */
const PATIENCE = 2000;

/** Which runtimes there are, and whether this user may use them. `needed` is one that must work. */
export async function checkRuntimes(needed?: Runtime): Promise<HostFinding[]> {
  const asked = needed === undefined ? RUNTIMES : [needed];
  const found = await Promise.all(asked.map((one) => checkRuntime(one, one === needed)));
  return found.filter((one) => one !== undefined);
}

async function checkRuntime(
  { name, check: call }: Runtime,
  needed: boolean,
): Promise<HostFinding | undefined> {
  const check = "runtime";
  try {
    const { success, stderr } = await new Deno.Command(name, {
      args: [...call],
      stdin: "null",
      stdout: "null",
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    if (success) return { check, state: "ok", message: `${name} can be used` };
    const [first = ""] = new TextDecoder().decode(stderr).trim().split("\n");
    const isRefused = /permission denied|forbidden/i.test(first);
    // Many hosts have the client of a runtime that does not run: no matter, unless it is asked for.
    if (!needed && !isRefused) return undefined;
    const command = [name, ...call].join(" ");
    const hint = isRefused ? `Run binimport as root, or try: sudo ${command}` : `Try: ${command}`;
    const message = `${name} cannot be used: ${first || "it failed"}`;
    return { check, state: needed ? "problem" : "warning", message, hint };
  } catch (error) {
    if (!needed) return undefined; // most hosts have but one, or none
    return {
      check,
      state: "problem",
      message: `${name} cannot be used: ${messageOf(error)}`,
      hint: `Install ${name}, or name another one with --runtime.`,
    };
  }
}
