/** An import that waits for more of its package, so that things happen to it halfway for certain. */
import { kill } from "../kill.ts";
import { type Ended, outcome, start } from "./run.ts";

/** A started import from standard input that has read most of its package. */
export interface StalledImport {
  readonly child: Deno.ChildProcess;
  /** Sends a signal, and waits for the end; standard input stays open until then. */
  stop(signal: Deno.Signal): Promise<Ended>;
  /** Gives it the rest of its package, and waits for the end. */
  finish(): Promise<Ended>;
}

/** The end of a package that does not come at first: it cuts the last large file of it short. */
const HELD_BACK = 400_000;

/** Starts an import, feeds it most of a package, and waits until `begun` is true. */
export async function stalledImport(
  archive: string,
  args: readonly string[],
  begun: () => Promise<boolean>,
  env: Readonly<Record<string, string>> = {},
): Promise<StalledImport> {
  const stdin = new ReadableStream<Uint8Array<ArrayBuffer>>();
  const child = start(["import", "-", ...args], { stdin, env });
  const ended = outcome(child);
  let running = true;
  ended.then(() => running = false);
  const writer = child.stdin.getWriter();
  const bytes = await Deno.readFile(archive);
  // Where that fails, the program has ended, and says why.
  await writer.write(bytes.subarray(0, -HELD_BACK)).catch(() => ended);
  while (!await begun()) {
    if (!running) throw new Error(`Cannot stall an import: ${(await ended).stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    child,
    async stop(signal) {
      kill(child, signal);
      const how = await ended;
      await writer.close().catch(() => {}); // its reader is gone
      return how;
    },
    async finish() {
      // It may have ended by then.
      await writer.write(bytes.subarray(-HELD_BACK)).then(() => writer.close()).catch(() => {});
      return await ended;
    },
  };
}
