/** One import at a time. */
import { hostname } from "node:os";
import type { BinimportError } from "../../core/errors.ts";
import { sleep } from "../../core/retry.ts";
import { attempt, fault } from "./fs_error.ts";
import type { Paths } from "./paths.ts";
import { lstat } from "./reading.ts";

/** How often a held lock is tried again, in milliseconds. */
const PAUSE = 100;

/**
 * Takes the lock of a root by flock(2), so it ends with the process that holds it, however that
 * ends: a lock file left behind blocks nobody. Waits up to `wait` milliseconds; then throws code
 * `locked`, naming the holder. Disposing of the result gives the lock back.
 */
export async function takeLock(
  paths: Paths,
  wait: number,
  signal: AbortSignal | undefined,
): Promise<Disposable> {
  signal?.throwIfAborted();
  const file = openLock(paths);
  try {
    const begun = performance.now();
    while (!attempt("lock", paths.root, () => file.tryLockSync(true))) {
      const left = wait - (performance.now() - begun);
      if (left <= 0) throw heldByAnother(paths);
      await sleep(Math.min(PAUSE, left), signal);
    }
    attempt("lock", paths.root, () => writeHolder(file));
    return { [Symbol.dispose]: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

function openLock({ root, lock }: Paths): Deno.FsFile {
  const found = attempt("lock", root, () => lstat(lock));
  if (found !== undefined && !found.isFile) {
    // A link could have us write anywhere.
    throw fault("target", "lock", root, `${JSON.stringify(lock)} is no regular file`, {
      hint: "Remove it.",
    });
  }
  return attempt(
    "lock",
    root,
    () => Deno.openSync(lock, { read: true, write: true, create: true, mode: 0o600 }),
  );
}

/** For whoever finds the lock held: who holds it, in a line that {@linkcode holder} reads. */
function writeHolder(file: Deno.FsFile): void {
  const line = `process ${Deno.pid} on ${hostname()} since ${new Date().toISOString()}\n`;
  file.truncateSync(0);
  file.writeSync(new TextEncoder().encode(line));
}

/** As written; nothing in the moment before it is, or when somebody else wrote there. */
function holder(lock: string): string {
  const line = attempt("read", lock, () => Deno.readTextFileSync(lock)).trim();
  return /^process \d+ on [\w.-]+ since [\d:.TZ-]+$/.test(line) ? ` (${line})` : "";
}

function heldByAnother({ root, lock }: Paths): BinimportError {
  return fault("locked", "lock", root, `another import holds it${holder(lock)}`, {
    hint: "Wait until it has ended, or have this one wait with --lock-wait 10m.",
  });
}
