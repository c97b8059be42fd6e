/** An import that waits for more of its package, so that it can be stopped halfway for certain. */
import type { Release } from "./packages.ts";
import { type Ended, outcome, start } from "./run.ts";

/** A started import from standard input that has read most of its package. */
export interface StalledImport {
  /** Sends a signal, and waits for the end; standard input stays open until then. */
  stop(signal: Deno.Signal): Promise<Ended>;
}

/** The end of `offline-files.tar.gz` that does not come: it cuts the kubelet's last part short. */
const HELD_BACK = 400_000;

/** Starts an import, feeds it most of `offline-files.tar.gz`, and waits until `begun` is true. */
export async function stalledImport(
  release: Release,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  begun: () => Promise<boolean>,
): Promise<StalledImport> {
  const stdin = new ReadableStream<Uint8Array<ArrayBuffer>>();
  const child = start(["import", "-", ...args], { stdin, env });
  const ended = outcome(child);
  let running = true;
  ended.then(() => running = false);
  const writer = child.stdin.getWriter();
  const bytes = await Deno.readFile(release.offlineFiles);
  // Where that fails, the program has ended, and says why.
  await writer.write(bytes.subarray(0, bytes.length - HELD_BACK)).catch(() => ended);
  while (!await begun()) {
    if (!running) throw new Error(`Cannot stall an import: ${(await ended).stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    async stop(signal) {
      child.kill(signal);
      const how = await ended;
      await writer.close().catch(() => {}); // its reader is gone
      return how;
    },
  };
}
