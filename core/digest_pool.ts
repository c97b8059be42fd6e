/** Fetches and hashes bodies in workers. */
import type { BodyDigest } from "./digest.ts";
import { type DigestRequest, digestWorker } from "./digest_worker.ts";
import { digestWorkers } from "./digest_workers.ts";

/** Workers, until they are disposed of. */
export interface DigestPool extends Disposable {
  /**
   * What a GET of an `http:` URL gives; undefined where the answer is out of the ordinary in any
   * way, or there are no workers. `signal` ends the waiting.
   */
  digest(url: URL, signal?: AbortSignal): Promise<BodyDigest | undefined>;
}

/**
 * Makes a pool, whose workers start when they are needed.
 *
 * @param headers what every request says besides its host
 * @param patience a server that is silent for so long, in ms, is given up
 */
export function digestPool(
  headers: Readonly<Record<string, string>>,
  patience: number,
): DigestPool {
  const workers = digestWorkers(digestWorker);
  return {
    async digest(url, signal) {
      if (url.protocol !== "http:") return undefined;
      return await workers.digest(requestFor(url, headers, patience), signal);
    },
    [Symbol.dispose]: () => workers[Symbol.dispose](),
  };
}

function requestFor(
  url: URL,
  headers: Readonly<Record<string, string>>,
  patience: number,
): DigestRequest {
  const fields = Object.entries({ host: url.host, ...headers, connection: "close" });
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 80),
    text: `GET ${url.pathname}${url.search} HTTP/1.1\r\n${
      fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")
    }\r\n`,
    patience,
  };
}
