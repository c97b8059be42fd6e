/** Targets of which only some things can be asked. */
import type { Fetch } from "../http/mod.ts";
import type { ReadableTarget } from "../importer/mod.ts";
import { BinimportError } from "../util/errors.ts";

/** What is below an address, as far as a node can tell: it knows nothing but HTTP. */
export function urlTarget(base: URL, fetch: Fetch): ReadableTarget {
  const folder = base.href.replace(/[?#].*$/, "").replace(/\/*$/, "/");
  const publicUrl = (key: string) =>
    new URL(folder + key.split("/").map(encodeURIComponent).join("/"));

  async function ask(method: "GET" | "HEAD", key: string, signal?: AbortSignal) {
    const answer = await fetch(publicUrl(key), { method, ...(signal && { signal }) });
    if (answer.status === 200) return answer;
    answer.close();
    const message = `Cannot fetch ${publicUrl(key).href}: it answers ${answer.status}`;
    throw new BinimportError(answer.status === 404 ? "not-found" : "unavailable", message);
  }

  return {
    target: folder,
    publicUrl,
    async get(key, { signal } = {}) {
      return ReadableStream.from((await ask("GET", key, signal)).body);
    },
    async stat(key, { signal } = {}) {
      const answer = await ask("HEAD", key, signal);
      answer.close();
      return { key, size: Number(answer.header("content-length") ?? 0) };
    },
  };
}

/** What packages would bring, under the name that it is to be told by. */
export function packagesTarget(
  target: string,
  files: ReadonlyMap<string, { readonly size: number; readonly sha256: string }>,
): ReadableTarget {
  const stat = (key: string) => {
    const file = files.get(key);
    return Promise.resolve(file && { key, ...file });
  };
  const state = `${target} has no such file`;
  return {
    target,
    stat,
    digest: stat,
    get: (key) => Promise.reject(new BinimportError("not-found", `Cannot read ${key}: ${state}`)),
    async *list() {
      for (const [key, { size }] of files) yield { key, size };
    },
  };
}
