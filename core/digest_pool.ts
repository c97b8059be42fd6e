/** Fetches and hashes bodies in workers: every core takes part, and no body comes into this thread. */
import { availableParallelism } from "node:os";
import { type DigestReply, type DigestRequest, digestWorker } from "./digest_worker.ts";

/** Beyond it, it is the server and the network that are waited for. */
const MAX_WORKERS = 4;

/** What a body is. */
export interface BodyDigest {
  /** In lower-case hex. */
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
}

/** Workers, until they are disposed of. */
export interface DigestPool extends Disposable {
  /**
   * What a GET of an `http:` URL gives; undefined where the answer is out of the ordinary in any
   * way, or there are no workers. `signal` ends the waiting.
   */
  digest(url: URL, signal?: AbortSignal): Promise<BodyDigest | undefined>;
}

interface Member {
  readonly worker: Worker;
  /** By the number of the request. */
  readonly waiting: Map<number, (digest: BodyDigest | undefined) => void>;
  /** Whether it has ended by itself. */
  failed: boolean;
}

/**
 * Makes a pool, whose workers start with the first digest.
 *
 * @param headers what every request says besides its host
 * @param patience a server that is silent for so long, in ms, is given up
 */
export function digestPool(
  headers: Readonly<Record<string, string>>,
  patience: number,
): DigestPool {
  let members: Member[] | undefined;
  let last = 0;
  return {
    async digest(url, signal) {
      members ??= startMembers();
      const [least] = members.filter(({ failed }) => !failed)
        .sort((one, other) => one.waiting.size - other.waiting.size);
      if (least === undefined || url.protocol !== "http:") return undefined;
      const id = ++last;
      const { promise, resolve, reject } = Promise.withResolvers<BodyDigest | undefined>();
      least.waiting.set(id, resolve);
      const stop = () => reject(signal?.reason);
      signal?.throwIfAborted();
      signal?.addEventListener("abort", stop);
      least.worker.postMessage(requestFor(id, url, headers, patience));
      try {
        return await promise;
      } finally {
        least.waiting.delete(id);
        signal?.removeEventListener("abort", stop);
      }
    },
    [Symbol.dispose]() {
      for (const { worker } of members ?? []) worker.terminate();
      members = [];
    },
  };
}

function requestFor(
  id: number,
  url: URL,
  headers: Readonly<Record<string, string>>,
  patience: number,
): DigestRequest {
  const fields = Object.entries({ host: url.host, ...headers, connection: "close" });
  return {
    id,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 80),
    text: `GET ${url.pathname}${url.search} HTTP/1.1\r\n${
      fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")
    }\r\n`,
    patience,
  };
}

function startMembers(): Member[] {
  const count = typeof Worker === "undefined" ? 0 : Math.min(MAX_WORKERS, availableParallelism());
  try {
    return Array.from({ length: count }, startMember);
  } catch {
    return []; // what they do can be done here as well
  }
}

function startMember(): Member {
  const text = encodeURIComponent(`(${digestWorker})(self)`);
  const worker = new Worker(`data:text/javascript,${text}`, { type: "module" });
  const member: Member = { worker, waiting: new Map(), failed: false };
  worker.onmessage = ({ data: { id, digest } }: MessageEvent<DigestReply>) => {
    member.waiting.get(id)?.(digest);
  };
  worker.onerror = (event) => {
    event.preventDefault(); // else it would end the program
    member.failed = true;
    for (const resolve of member.waiting.values()) resolve(undefined);
  };
  return member;
}
