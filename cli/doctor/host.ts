/** What the doctor finds, and what this host has and lacks: space, SELinux, container runtimes. */
import { statfsSync } from "node:fs";
import { BinimportError, messageOf } from "../../core/util/errors.ts";
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

type Tell = (message: string, hint?: string) => HostFinding;

/** Findings of one check: of each state, and for whatever was thrown while something was looked at. */
export function findingsOf(
  check: string,
): Readonly<Record<HostFinding["state"], Tell>> & { thrown(error: unknown): HostFinding } {
  const tell = (state: HostFinding["state"]): Tell => (message, hint) => ({
    check,
    state,
    message,
    hint,
  });
  const problem = tell("problem");
  return {
    ok: tell("ok"),
    warning: tell("warning"),
    problem,
    thrown: (error) =>
      problem(messageOf(error), error instanceof BinimportError ? error.hint : undefined),
  };
}

/** A package has up to about 1 GB for each architecture, and the old version stays until the end. */
const LEAST_SPACE = 3e9;

/** So little that no package fits. */
const FULL = 100e6;

/** Inodes: a package has some hundred files and folders. */
const LEAST_FILES = 10_000;

const NO_FILES = 100;

/** Whether a folder that is written to has space; of one that is not there nothing is told. */
export function checkSpace(folder: string): HostFinding[] {
  const { ok, warning, problem } = findingsOf("space");
  try {
    const { bavail, bsize, ffree, files } = statfsSync(folder);
    const free = bavail * bsize;
    if (files > 0 && ffree < LEAST_FILES) {
      const tell = ffree < NO_FILES ? problem : warning;
      return [tell(`only ${ffree} more files fit into ${folder}`, `df -i ${folder}`)];
    }
    const message = `${formatBytes(free)} are free in ${folder}`;
    if (free >= LEAST_SPACE) return [ok(message)];
    const tell = free < FULL ? problem : warning;
    return [tell(`only ${message}`, `df -h ${folder}; du -xhd1 ${folder}`)];
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
  return findingsOf("selinux").ok(
    state === "1"
      ? "SELinux is enforced; an import sets the type of what it writes (--selinux auto)"
      : "SELinux is not enforced",
  );
}

/** A runtime that is asked and silent for so long, in ms, is of no use. */
const PATIENCE = 2000;

/** Which runtimes there are, and whether this user may use them. `needed` is one that must work. */
export async function checkRuntimes(env: Context["env"], needed?: Runtime): Promise<HostFinding[]> {
  const asked = needed === undefined ? RUNTIMES : [needed];
  const found = asked.map((one) => checkRuntime(one, env, needed !== undefined));
  return (await Promise.all(found)).flat();
}

async function checkRuntime(runtime: Runtime, env: Context["env"], needed: boolean) {
  const { ok, warning, problem } = findingsOf("runtime");
  const { name, check } = runtime;
  const ended = await runCheck(runtime, env, PATIENCE);
  if (ended?.status === 0) return [ok(`${name} can be used`)];
  const [first = ""] = ended?.stderr.split("\n") ?? [];
  const isRefused = /permission denied|forbidden/i.test(first);
  // Many hosts have the client of a runtime that does not run: no matter, unless it is asked for.
  if (!needed && !isRefused) return [];
  if (ended === undefined) {
    const hint = `Install ${name}, or name another one with --runtime.`;
    return [problem(`${name} cannot be used: it is not on PATH`, hint)];
  }
  const command = [name, ...check].join(" ");
  const hint = isRefused ? `Run binimport as root, or try: sudo ${command}` : `Try: ${command}`;
  const tell = needed ? problem : warning;
  return [tell(`${name} cannot be used: ${first || "it failed"}`, hint)];
}
