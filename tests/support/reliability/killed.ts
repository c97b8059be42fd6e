/** An import that is killed at a chosen moment. */
import { outcome, start } from "../e2e/run.ts";
import { kill } from "../kill.ts";

/** How to run the import. */
export interface ImportCommand {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A program, with its first arguments, that is given the import's command line. */
  readonly under?: readonly string[];
}

/**
 * Runs an import and kills it so many milliseconds after it told its first event, which is when it
 * begins to read. Gives whether it was killed in the middle: not when it had ended by then.
 */
export async function killAfter(
  { args, env = {} }: ImportCommand,
  milliseconds: number,
): Promise<boolean> {
  const child = start(["import", "--json", ...args], { env });
  const reader = child.stdout.getReader();
  await reader.read();
  const draining = drain(reader);
  const timer = setTimeout(() => kill(child, "SIGKILL"), milliseconds);
  const [{ signal }] = await Promise.all([
    child.status,
    draining,
    new Response(child.stderr).text(),
  ]);
  clearTimeout(timer);
  return signal === "SIGKILL";
}

/** How many milliseconds an import takes from its first event to its end; fails if it fails. */
export async function timeOf({ args, env = {} }: ImportCommand): Promise<number> {
  const child = start(["import", "--json", ...args], { env });
  const reader = child.stdout.getReader();
  await reader.read();
  const begun = performance.now();
  const [{ code }, , stderr] = await Promise.all([
    child.status,
    drain(reader),
    new Response(child.stderr).text(),
  ]);
  if (code !== 0) throw new Error(`The import failed: ${stderr}`);
  return performance.now() - begun;
}

/** Runs an import to its end; fails if it fails. */
export async function mustImport({ args, ...options }: ImportCommand): Promise<string> {
  const ended = await outcome(start(["import", ...args], options));
  if (ended.status !== 0) throw new Error(`The import failed: ${ended.stderr}`);
  return ended.stdout;
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}

/** `count` moments spread evenly over a time, the first at its beginning, the last at its end. */
export function spread(count: number, time: number): number[] {
  return Array.from({ length: count }, (_, i) => (time * i) / Math.max(1, count - 1));
}
