/** Looking at and reading files. Writes nothing, and needs no lock. */
import { existsSync, type Stats } from "node:fs";
import {
  assertKey,
  fileEtag,
  type ObjectDigest,
  type ObjectInfo,
  STATE_FOLDER,
} from "../../core/storage/mod.ts";
import { pause } from "../../core/util/concurrency.ts";
import { sha256Of } from "../../core/util/digest.ts";
import { errno } from "../../core/util/errno.ts";
import { openForeignFile, readForeign } from "../../core/util/foreign_file.ts";
import type { DigestWorkers } from "../../core/util/hash_workers.ts";
import { isReserved, join, parentOf, pathOf, type Paths, realPath } from "./dir_handle.ts";
import { attempt, fault, fsError, noFolder } from "./file_system.ts";

/** Bytes asked for at once. To wait for the disk in place is 1.2 times as fast as in a thread pool. */
const CHUNK = 512 * 1024;

/** Who may do what with a file or folder. */
export type Access = Pick<Stats, "mode" | "uid" | "gid">;

/** What is asked and told while files are looked for. */
interface Finding {
  isOurs(): boolean;
  /** Shown each folder that is there, once. */
  onFolder(path: string, found: Access): void;
  /** Whether a web server may not read such a file. */
  isClosed(file: Access): boolean;
}

/**
 * Finds regular files below a root. An lstat(2) that finds nothing costs 15 µs more, for its exception:
 * so while the root `isOurs`, nothing is looked for below a folder that was not there.
 */
export function fileFinder(paths: Paths, { isOurs, onFolder, isClosed }: Finding): {
  /** What is known of the file under a key, if there is one. */
  find(key: string): ObjectInfo | undefined;
  /** Every regular file by prefix, without links, and without our own state unless that asks for it. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<ObjectInfo>;
  /** Forgets which folders are not there: one was made. */
  forget(): void;
} {
  const present = new Set<string>();
  const absent = new Set<string>();
  let foundLast = true; // and so the next one will be there, too

  /** What may not be seen is said not to exist, too; so each folder is asked once for real. */
  function isThere(folder: string): boolean {
    if (present.has(folder)) return true;
    if (absent.has(folder) && isOurs()) return false;
    const found = folder.length <= paths.root.length || isThere(parentOf(folder))
      ? attempt("read", folder, () => lstat(`${folder}/.`))
      : undefined;
    (found ? present : absent).add(folder);
    if (found !== undefined) onFolder(folder, accessOf(found));
    return found !== undefined;
  }

  function infoOf(key: string, file: Deno.FileInfo): ObjectInfo {
    const etag = fileEtag(file);
    return {
      key,
      size: file.size,
      ...(etag !== undefined && { etag }),
      ...(isClosed(accessOf(file)) && { isClosed: true }),
    };
  }

  return {
    find(key) {
      const path = pathOf(paths, key);
      if (!isThere(parentOf(path)) || !(foundLast || existsSync(path))) return undefined;
      const file = attempt("read", path, () => lstat(path));
      foundLast = file !== undefined;
      return file?.isFile ? infoOf(key, file) : undefined;
    },
    async *list(prefix, signal) {
      for await (const [key, file] of filesUnder(paths, prefix, signal)) yield infoOf(key, file);
    },
    forget: () => absent.clear(),
  };
}

function accessOf({ mode, uid, gid }: Deno.FileInfo): Access {
  return { mode: mode ?? 0o777, uid: uid ?? 0, gid: gid ?? 0 };
}

/** lstat(2); `undefined` where there is nothing. */
export function lstat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    const code = errno(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

function noFile(path: string, key: string) {
  return fault("not-found", "read", path, "no such file", { key });
}

/** The bytes of a regular file, opened and read as they are asked for. */
export function openBody(paths: Paths, key: string): ReadableStream<Uint8Array> {
  const path = pathOf(paths, key);
  const found = attempt("read", path, () => lstat(path));
  if (!found?.isFile) throw noFile(path, key);
  const { size } = found;
  // One byte more than there should be: a short read then tells the end without another call.
  const length = Math.min(CHUNK, size + 1);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const inside = { follow: false, inside: paths.root };
    using file = attempt("read", path, () => openForeignFile(path, inside));
    for (let read = length; read === length;) {
      await pause();
      const chunk = new Uint8Array(length);
      read = attempt("read", path, () => file.readSync(chunk)) ?? 0;
      if (read > 0) yield chunk.subarray(0, read);
    }
  }
  return ReadableStream.from(chunks());
}

/** In bytes. A shorter file is read and hashed here before a worker would have heard of it. */
const LONG = 1024 * 1024;

/** Hashes a file that was found, by `workers` where it is long; throws code `not-found` for none. */
export async function digestOfFile(
  paths: Paths,
  workers: DigestWorkers<string>,
  key: string,
  found: ObjectInfo | undefined,
  signal: AbortSignal | undefined,
): Promise<ObjectDigest | undefined> {
  signal?.throwIfAborted();
  const path = pathOf(paths, key);
  if (found === undefined) throw noFile(path, key);
  const closed = found.isClosed ? { isClosed: true } : {};
  if (found.size >= LONG) {
    const digest = await workers.digest(path, signal);
    return digest && { ...digest, ...closed };
  }
  const inside = { follow: false, inside: paths.root };
  const bytes = attempt("read", path, () => readForeign(path, LONG, inside));
  return { sha256: sha256Of(bytes), size: bytes.length, ...closed };
}

type Found = [key: string, file: Deno.FileInfo];

async function* filesUnder(
  paths: Paths,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<Found> {
  const slash = prefix.lastIndexOf("/");
  const top = slash < 0 ? "" : prefix.slice(0, slash);
  if (top !== "") assertKey(top);
  if (!attempt("list", paths.root, () => lstat(paths.root))?.isDirectory) {
    throw noFolder("list", paths.root);
  }
  // Through a link, keys would show twice.
  if (top === "" || realPath(join(paths.root, top)) === join(paths.root, top)) {
    yield* walk(paths, top, prefix, signal);
  }
}

async function* walk(
  paths: Paths,
  folder: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Found> {
  for (const entry of entriesOf(folder === "" ? paths.root : join(paths.root, folder))) {
    const key = folder === "" ? entry.name : `${folder}/${entry.name}`;
    const isState = key === STATE_FOLDER && !prefix.startsWith(`${STATE_FOLDER}/`);
    if (isState || (key !== STATE_FOLDER && isReserved(key))) continue;
    await pause();
    signal?.throwIfAborted();
    const isOnTheWay = `${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`);
    if (entry.isDirectory && isOnTheWay) yield* walk(paths, key, prefix, signal);
    if (!entry.isFile || !key.startsWith(prefix)) continue;
    const path = join(paths.root, key);
    const file = attempt("list", path, () => lstat(path)); // gone meanwhile, perhaps
    if (file?.isFile) yield [key, file];
  }
}

/** A folder's entries; none when it is not there, or no longer. */
export function entriesOf(path: string, action = "list"): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(path)];
  } catch (error) {
    if (errno(error) === "ENOENT" || errno(error) === "ENOTDIR") return [];
    throw fsError(action, path, error);
  }
}
