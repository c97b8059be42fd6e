/** An import that something happens to in the middle. */
import { binimport, type Ended, type RunOptions } from "../e2e/run.ts";
import type { OneRelease } from "./releases.ts";

/** What happens, and when. */
export interface Halfway extends Pick<RunOptions, "env"> {
  /** Waits until the import has begun to write. */
  readonly begun: () => Promise<void>;
  readonly then: () => Promise<unknown>;
}

/** Imports a release from standard input, which has its second half only when it has happened. */
export async function importHalfway(
  { archive }: OneRelease,
  flags: readonly string[],
  { begun, then, ...options }: Halfway,
): Promise<Ended> {
  const bytes = await Deno.readFile(archive);
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const ended = binimport(["import", "-", ...flags], { ...options, stdin: readable });
  const writer = writable.getWriter();
  await writer.write(bytes.slice(0, bytes.length >> 1));
  await begun();
  await then();
  // The import may have ended by then.
  await writer.write(bytes.slice(bytes.length >> 1)).then(() => writer.close()).catch(() => {});
  return await ended;
}
