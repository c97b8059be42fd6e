/** What a program asked of the kernel, by strace. */
import { tool } from "./require.ts";

/** One system call. */
export interface SystemCall {
  /** Such as `rename`, without the `at` of its newer forms. */
  readonly name: string;
  /** As the kernel calls it, such as `renameat2`. */
  readonly fullName: string;
  /** The thread that asked. */
  readonly thread: string;
  /** The paths that it is about, each as the file really lies. */
  readonly paths: readonly string[];
}

/** A program's command line that writes what it asks of the kernel to a file. */
export function traced(trace: string, calls: readonly string[]): string[] {
  // Every open, too: names below `/proc/self/fd` are told by it.
  const traced = ["openat", "close", ...calls].join(",");
  return [
    tool("strace") ?? "strace",
    "-f",
    "-y",
    "-s",
    "4096",
    "-e",
    `trace=${traced}`,
    "-o",
    trace,
  ];
}

/** Reads such a file; calls that failed are left out. */
export function readTrace(trace: string): SystemCall[] {
  const open = new Map<string, string>();
  const calls: SystemCall[] = [];
  for (const line of Deno.readTextFileSync(trace).split("\n")) {
    const opened = /= (\d+)<([^>]*)>$/.exec(line);
    if (opened !== null) open.set(opened[1] ?? "", opened[2] ?? "");
    const [, thread = "", fullName, args = ""] = /^(\d+)\s+(\w+)\((.*)/.exec(line) ?? [];
    if (fullName === undefined || /= -1 /.test(line)) continue;
    const name = fullName.replace(/at2?$/, "");
    calls.push({ name, fullName, thread, paths: pathsIn(args, open) });
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
