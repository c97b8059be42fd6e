/** Reads and hashes files of this machine in workers. */
import {
  type DigestScope,
  type DigestWorkers,
  digestWorkers,
  type Numbered,
} from "./digest_workers.ts";

/** A file to hash. */
export interface FileRequest {
  readonly path: string;
}

/** Makes workers that hash regular files; they start when they are needed. */
export function fileDigests(): DigestWorkers<FileRequest> {
  return digestWorkers(fileWorker);
}

/** Runs in the worker, one file after the other: what waits for a disk there holds nobody up. */
async function fileWorker(scope: DigestScope<FileRequest>): Promise<void> {
  const early: Numbered<FileRequest>[] = [];
  scope.onmessage = ({ data }) => early.push(data);
  const { createHash } = await import("node:crypto");
  const { closeSync, constants, fstatSync, openSync, readSync } = await import("node:fs");
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants; // a FIFO in its place is not waited for
  const buffer = new Uint8Array(512 * 1024);

  function hashFile(path: string): { sha256: string; size: number } | undefined {
    const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      if (!fstatSync(fd).isFile()) return undefined;
      const hash = createHash("sha256");
      let size = 0;
      for (;;) {
        const count = readSync(fd, buffer, 0, buffer.length, null);
        if (count === 0) return { sha256: hash.digest("hex"), size };
        hash.update(buffer.subarray(0, count));
        size += count;
      }
    } finally {
      closeSync(fd);
    }
  }

  function answer({ id, path }: Numbered<FileRequest>): void {
    try {
      const digest = hashFile(path);
      scope.postMessage(digest === undefined ? { id } : { id, digest });
    } catch {
      scope.postMessage({ id }); // whoever reads it in the ordinary way hears what is wrong
    }
  }

  scope.onmessage = ({ data }) => answer(data);
  for (const request of early) answer(request);
}
