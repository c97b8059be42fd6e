/** What the doctor finds, and what this host has and lacks: space, SELinux, container runtimes. */
import { statfsSync } from "node:fs";
import { BinimportError, messageOf } from "../../core/util/errors.ts";
import { tried } from "../../core/util/tried.ts";
import { formatBytes } from "../../core/util/units.ts";
import type { Runtime } from "../../locate/containers/mod.ts";
import { runCheck, RUNTIMES } from "../../locate/containers/runtimes/mod.ts";
import type { Context } from "../context.ts";

/** One thing that was looked at. */
export interface HostFinding {
  /** What was looked at; for scripts. */
  readonly check: string;
  /** `problem` stands in the way; `warning` may. */
  readonly state: "ok" | "warning" | "problem";
  readonly message: string;
  /** What mends it: mostly a command. */
  readonly hint?: string | undefined;
}

/** The finding for whatever was thrown while something was looked at. */
export function thrownFinding(check: string, error: unknown): HostFinding {
  const hint = error instanceof BinimportError ? error.hint : undefined;
  return { check, state: "problem", message: messageOf(error), hint };
}

const LEAST_SPACE = 3e9; // up to about 1 GB for each architecture; the old version stays until the end
const FULL = 100e6; // no package fits
const LEAST_FILES = 10_000; // inodes: a package has some hundred files and folders
const NO_FILES = 100;

/** Whether a folder that is written to has space; of one that is not there nothing is told. */
export function checkSpace(folder: string): HostFinding[] {
  const check = "space";
  const found = tried(() => statfsSync(folder));
  if (found === undefined) return [];
  const { bavail, bsize, ffree, files } = found;
  const free = bavail * bsize;
  if (files > 0 && ffree < LEAST_FILES) {
    const state = ffree < NO_FILES ? "problem" : "warning";
    const message = `only ${ffree} more files fit into ${folder}`;
    return [{ check, state, message, hint: `df -i ${folder}` }];
  }
  const message = `${formatBytes(free)} are free in ${folder}`;
  if (free >= LEAST_SPACE) return [{ check, state: "ok", message }];
  const state = free < FULL ? "problem" : "warning";
  const hint = `df -h ${folder}; du -xhd1 ${folder}`;
  return [{ check, state, message: `only ${message}`, hint }];
}

/** Whether SELinux is enforced here. */
export function checkSelinux(enforce = "/sys/fs/selinux/enforce"): HostFinding {
  const message = tried(() => Deno.readTextFileSync(enforce))?.trim() === "1"
    ? "SELinux is enforced; an import sets the type of what it writes (--selinux auto)"
    : "SELinux is not enforced";
  return { check: "selinux", state: "ok", message };
}

const PATIENCE = 2000; // ms: a runtime that is silent for so long is of no use

/** Which runtimes there are, and whether this user may use them. `needed` is one that must work. */
export async function checkRuntimes(env: Context["env"], needed?: Runtime): Promise<HostFinding[]> {
  const asked = needed === undefined ? RUNTIMES : [needed];
  const found = asked.map((one) => checkRuntime(one, env, needed !== undefined));
  return (await Promise.all(found)).flat();
}

async function checkRuntime(
  runtime: Runtime,
  env: Context["env"],
  needed: boolean,
): Promise<HostFinding[]> {
  const { name, check: words } = runtime;
  const check = "runtime";
  const ended = await runCheck(runtime, env, PATIENCE);
  if (ended?.status === 0) return [{ check, state: "ok", message: `${name} can be used` }];
  const [first = ""] = ended?.stderr.split("\n") ?? [];
  const isRefused = /permission denied|forbidden/i.test(first);
  // Many hosts have the client of a runtime that does not run: no matter, unless it is asked for.
  if (!needed && !isRefused) return [];
  const command = [name, ...words].join(" ");
  const hint = ended === undefined
    ? `Install ${name}, or name another one with --runtime.`
    : isRefused
    ? `Run binimport as root, or try: sudo ${command}`
    : `Try: ${command}`;
  const why = ended === undefined ? "it is not on PATH" : first || "it failed";
  const message = `${name} cannot be used: ${why}`;
  return [{ check, state: needed ? "problem" : "warning", message, hint }];
}
