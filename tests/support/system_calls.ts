/** What a program asked of the kernel, by strace, and calls that strace has fail. */
import { tool } from "./require.ts";

/** One system call. */
export interface SystemCall {
  /** Such as `rename`, without the `at` of its newer forms. */
  readonly name: string;
  /** As the kernel calls it, such as `renameat2`. */
  readonly fullName: string;
  /** The thread that asked. */
  readonly thread: string;
  /** Which of its thread's calls of this full name it is, from 1 on; those that failed count. */
  readonly nth: number;
  /** The paths that it is about, each as the file really lies. */
  readonly paths: readonly string[];
}

/** A call that is to fail, once in each thread. */
export interface FailingCall extends Pick<SystemCall, "fullName" | "nth"> {
  /** With which errno(3), such as `EIO`. */
  readonly errno: string;
}

/** What of a program to trace, and where to. */
export interface Tracing {
  /** The file that the calls are written to. */
  readonly trace: string;
  readonly calls: readonly string[];
  /** Only calls about this file are traced, counted and fail. Default: all. */
  readonly about?: string;
  readonly fails?: FailingCall;
}

/** A program's command line that writes what it asks of the kernel to a file. */
export function traced({ trace, calls, about, fails }: Tracing): string[] {
  // Every open, too: names below `/proc/self/fd` are told by it.
  const filters = ["-e", `trace=${["openat", "close", ...calls].join(",")}`];
  if (about !== undefined) filters.push("-P", about);
  if (fails !== undefined) {
    filters.push("-e", `inject=${fails.fullName}:error=${fails.errno}:when=${fails.nth}`);
  }
  return [tool("strace") ?? "strace", "-f", "-y", "-s", "4096", ...filters, "-o", trace];
}

/** Reads such a file; calls that failed are left out. */
export function readTrace(trace: string): SystemCall[] {
  return tracedCalls(trace).filter(({ result }) => !result.startsWith("-1 "));
}

/** The calls that failed because they were to. */
export function failedOnPurpose(trace: string): SystemCall[] {
  return tracedCalls(trace).filter(({ result }) => result.endsWith("(INJECTED)"));
}

interface TracedCall extends SystemCall {
  result: string;
}

function tracedCalls(trace: string): TracedCall[] {
  const open = new Map<string, string>();
  const counts = new Map<string, number>();
  const latest = new Map<string, TracedCall>();
  const calls: TracedCall[] = [];
  for (const line of Deno.readTextFileSync(trace).split("\n")) {
    const opened = /= (\d+)<([^>]*)>$/.exec(line);
    if (opened !== null) open.set(opened[1] ?? "", opened[2] ?? "");
    const [, thread = "", said = ""] = /^(\d+)\s+(.*)/.exec(line) ?? [];
    const result = / = (-?\d.*)$/.exec(said)?.[1] ?? "";
    const begun = latest.get(thread);
    if (said.startsWith("<... ") && begun !== undefined) begun.result = result;
    const [, fullName, args = ""] = /^(\w+)\((.*)/.exec(said) ?? [];
    if (fullName === undefined) continue;
    const nth = (counts.get(`${thread} ${fullName}`) ?? 0) + 1;
    counts.set(`${thread} ${fullName}`, nth);
    const name = fullName.replace(/at2?$/, "");
    const call = { name, fullName, thread, nth, paths: pathsIn(args, open), result };
    latest.set(thread, call);
    calls.push(call);
  }
  return calls;
}

function pathsIn(args: string, open: ReadonlyMap<string, string>): string[] {
  const quoted = [...args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path = ""]) => path);
  const byDescriptor = [...args.matchAll(/^\d+<([^>]*)>/g)].map(([, path = ""]) => path);
  return [...byDescriptor, ...quoted].map((path) =>
    path.replace(/^\/proc\/self\/fd\/(\d+)/, (held, fd: string) => open.get(fd) ?? held)
  );
}

/** A system call, and how many of its name the thread makes up to it. */
export type Point = Pick<SystemCall, "fullName" | "nth">;

/** The first thread's calls of these names: the one that writes files. */
export function mainThreadCalls(trace: string, names: readonly string[]): Point[] {
  const [first, ...others] = readTrace(trace);
  return [first, ...others].filter((call) => call !== undefined)
    .filter(({ thread, fullName }) => thread === first?.thread && names.includes(fullName));
}

/** Kills a program right before a system call. */
export function killing({ fullName, nth }: Point): string[] {
  const inject = ["-e", `trace=${fullName}`, "-e", `inject=${fullName}:signal=KILL:when=${nth}`];
  // Not with --seccomp-bpf, which is faster and delivers no signals.
  return [tool("strace") ?? "strace", "-f", "-qqq", ...inject, "-o", "/dev/null"];
}
