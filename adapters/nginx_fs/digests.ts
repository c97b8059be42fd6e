/** SHA-256 of files, by key. */
import { type BodyDigest, sha256Of } from "../../core/digest.ts";
import { fileDigests } from "../../core/file_digests.ts";
import { attempt } from "./fs_error.ts";
import type { Paths } from "./paths.ts";
import { pathOfFile } from "./reading.ts";

/** In bytes. A shorter file is read and hashed here before a worker would have heard of it. */
const LONG = 1024 * 1024;

/** Hashes files below a root, until it is disposed of. */
export interface Digests extends Disposable {
  /**
   * What lies under a key; `undefined` where it has to be read to find out. Throws code `not-found`
   * where there is no file.
   */
  digest(key: string, signal?: AbortSignal): Promise<BodyDigest | undefined>;
}

/** Makes it; workers for long files start when they are needed. */
export function digestsBelow(paths: Paths): Digests {
  const workers = fileDigests();
  return {
    async digest(key, signal) {
      signal?.throwIfAborted();
      const { path, size } = pathOfFile(paths, key);
      if (size >= LONG) return await workers.digest({ path }, signal);
      const bytes = attempt("read", path, () => Deno.readFileSync(path));
      return { sha256: sha256Of(bytes), size: bytes.length };
    },
    [Symbol.dispose]: () => workers[Symbol.dispose](),
  };
}
