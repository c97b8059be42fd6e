/** Workers that hash: every core takes part, and no bytes come into this thread. */
import { availableParallelism } from "node:os";
import type { BodyDigest } from "./digest.ts";

/** Beyond it, it is the disk, or the server and the network, that are waited for. */
const MAX_WORKERS = 4;

type Found = BodyDigest | undefined;

/** What a worker does; it gives undefined where anything is out of the ordinary. */
export type Hash<What> = (what: What) => Found | Promise<Found>;

/** Workers, until they are disposed of. */
export interface DigestWorkers<What> extends Disposable {
  /** Undefined also where there are no workers. `signal` ends the waiting. */
  digest(what: What, signal?: AbortSignal): Promise<Found>;
}

interface Member {
  readonly worker: Worker;
  /** By the number of the request. */
  readonly waiting: Map<number, (digest: Found) => void>;
  failed: boolean;
}

/**
 * Makes workers; one starts whenever all others are busy, up to one for each core. Only the text of
 * `prepare` gets into them, as a bundle has no module to start one from: it may name only types.
 */
export function digestWorkers<What>(prepare: () => Promise<Hash<What>>): DigestWorkers<What> {
  const members: Member[] = [];
  let most = typeof Worker === "undefined" ? 0 : Math.min(MAX_WORKERS, availableParallelism());
  let last = 0;

  /** The one with the least to do; undefined where there are no workers. */
  function choose(): Member | undefined {
    const [least] = members.filter(({ failed }) => !failed)
      .sort((one, other) => one.waiting.size - other.waiting.size);
    if (members.length >= most || least?.waiting.size === 0) return least;
    try {
      const member = startMember(`const hash = (${prepare})();
        onmessage = async ({ data: { id, what } }) => {
          try {
            postMessage({ id, digest: await (await hash)(what) });
          } catch {
            postMessage({ id }); // whoever reads it in the ordinary way hears what is wrong
          }
        };`);
      members.push(member);
      return member;
    } catch {
      most = 0; // what they do can be done here as well
      return least;
    }
  }

  return {
    async digest(what, signal) {
      const least = choose();
      if (least === undefined) return undefined;
      const id = ++last;
      const { promise, resolve, reject } = Promise.withResolvers<Found>();
      least.waiting.set(id, resolve);
      const stop = () => reject(signal?.reason);
      try {
        signal?.throwIfAborted();
        signal?.addEventListener("abort", stop);
        least.worker.postMessage({ id, what });
        return await promise;
      } finally {
        least.waiting.delete(id);
        signal?.removeEventListener("abort", stop);
      }
    },
    [Symbol.dispose]() {
      for (const { worker } of members.splice(0)) worker.terminate();
      most = 0;
    },
  };
}

function startMember(text: string): Member {
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(text)}`, { type: "module" });
  const member: Member = { worker, waiting: new Map(), failed: false };
  worker.onmessage = ({ data: { id, digest } }) => member.waiting.get(id)?.(digest);
  worker.onerror = (event) => {
    event.preventDefault(); // else it would end the program
    member.failed = true;
    for (const resolve of member.waiting.values()) resolve(undefined);
  };
  return member;
}

/** Hashes regular files by their paths, one after the other: what waits for a disk there holds nobody up. */
export async function prepareFiles(): Promise<Hash<string>> {
  const { createHash } = await import("node:crypto");
  const { closeSync, constants, fstatSync, openSync, readSync } = await import("node:fs");
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants; // a FIFO in its place is not waited for
  const buffer = new Uint8Array(512 * 1024);
  return (path) => {
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
  };
}
