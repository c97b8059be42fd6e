/** One import at a time. */
import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { HELD_HINT, holderShown, ownHolder } from "../../core/storage/mod.ts";
import { errno } from "../../core/util/errno.ts";
import type { BinimportError } from "../../core/util/errors.ts";
import { pathOfOpen, readForeignText } from "../../core/util/foreign_file.ts";
import { sleep } from "../../core/util/retry.ts";
import { type DirHandle, nameOf, type Paths } from "./dir_handle.ts";
import { attempt, fault } from "./errors.ts";

/** How often a held lock is tried again, in milliseconds. */
const PAUSE = 100;

/**
 * Takes the lock of a root by flock(2), so it ends with the process that holds it, however that
 * ends: a lock file left behind blocks nobody. Waits up to `wait` milliseconds; then throws code
 * `locked`, naming the holder. Disposing of the result gives the lock back.
 */
export async function takeLock(
  paths: Paths,
  state: DirHandle,
  wait: number,
  signal: AbortSignal | undefined,
): Promise<Disposable> {
  signal?.throwIfAborted();
  const file = openLock(paths, state);
  try {
    const begun = performance.now();
    while (!attempt("lock", paths.root, () => file.tryLockSync(true))) {
      const left = wait - (performance.now() - begun);
      if (left <= 0) throw lockedByAnother(paths);
      await sleep(Math.min(PAUSE, left), signal);
    }
    attempt("lock", paths.root, () => {
      file.truncateSync(0);
      file.writeSync(new TextEncoder().encode(`${ownHolder()}\n`));
    });
    return {
      [Symbol.dispose]() {
        // A child that is just being started has the open file, too, until it runs its program
        // (fork(2)): closed alone, the lock would be held for that moment.
        file.unlockSync();
        file.close();
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** A link in its place could have us write anywhere, so it is opened as what it is. */
function openLock({ root, lock }: Paths, state: DirHandle): Deno.FsFile {
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = attempt("lock", root, () => {
    try {
      return openSync(state.at(nameOf(lock)), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    } catch (error) {
      throw ["ELOOP", "EISDIR", "ENXIO"].includes(errno(error) ?? "") ? notOurs(root, lock) : error;
    }
  });
  try {
    const found = fstatSync(fd);
    // Of a file with another name somewhere, the bytes are not ours to overwrite.
    if (!found.isFile() || found.nlink > 1) throw notOurs(root, lock);
    return attempt(
      "lock",
      root,
      () => Deno.openSync(pathOfOpen(fd, lock), { read: true, write: true }),
    );
  } finally {
    closeSync(fd);
  }
}

function notOurs(root: string, lock: string): BinimportError {
  return fault("target", "lock", root, `${JSON.stringify(lock)} is no file of its own`, {
    hint: "Remove it.",
  });
}

/** In bytes; a line. */
const MAX_HOLDER = 4096;

function lockedByAnother({ root, lock }: Paths): BinimportError {
  let holder = "";
  try {
    holder = holderShown(readForeignText(lock, MAX_HOLDER, { follow: false }).trim());
  } catch {
    // Not written yet, or somebody else wrote there.
  }
  return fault("locked", "lock", root, `another import holds it${holder}`, { hint: HELD_HINT });
}
