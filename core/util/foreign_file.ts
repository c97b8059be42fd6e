/**
 * Files of others, opened first and judged then: between a look at a path and its opening, whoever may
 * write in a folder can put another thing there. Nothing here waits, as for a pipe.
 */
import * as fs from "node:fs";
import { errno } from "./errno.ts";

/** What lies there is no regular file, or lies elsewhere. Its message is the state. */
export class UnfitFile extends Error {
  override readonly name = "UnfitFile";
}

interface ForeignOptions {
  /** Whether a link in its own place is followed; those on the way are. Default: true. */
  readonly follow?: boolean;
  /** The folder, without links, that it has to lie in; or its very path. */
  readonly inside?: string;
}

/** Opens a regular file, to be closed by the caller; throws {@linkcode UnfitFile} for any other. */
export function openForeign(path: string, { follow = true, inside }: ForeignOptions = {}): number {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0, O_NOCTTY = 0 } = fs.constants;
  const fd = fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW));
  try {
    const info = fs.fstatSync(fd);
    if (!info.isFile()) throw new UnfitFile(`it is ${kindOf(info)}`);
    if (inside === undefined) return fd;
    // One that was replaced since it was opened lies where it lay.
    const place = placeOf(fd, path).replace(info.nlink === 0 ? / \(deleted\)$/ : "", "");
    if (place === inside || place.startsWith(inside === "/" ? "/" : `${inside}/`)) return fd;
    throw new UnfitFile(`it lies outside of ${inside}`);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/** open(2), O_PATH: to find things below it takes no permission to list it. Not among Node's. */
export const O_PATH = 0o10000000;

/** As {@linkcode openForeign}, below a folder: no component of the path may be, or become, a link. */
export function openWithoutLinks(folder: string, path: string): number {
  const names = path.split("/").filter((name) => name !== "");
  const last = names.pop() ?? ".";
  let held = fs.openSync(folder, O_PATH | fs.constants.O_DIRECTORY);
  try {
    for (const name of names) {
      const flags = O_PATH | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW;
      const next = fs.openSync(`/proc/self/fd/${held}/${name}`, flags);
      fs.closeSync(held);
      held = next;
    }
    return openForeign(`/proc/self/fd/${held}/${last}`, { follow: false });
  } finally {
    fs.closeSync(held);
  }
}

/** As {@linkcode openForeign}, for Deno's calls. */
export function openForeignFile(path: string, options?: ForeignOptions): Deno.FsFile {
  const fd = openForeign(path, options);
  try {
    return Deno.openSync(pathOfOpen(fd, path));
  } finally {
    fs.closeSync(fd);
  }
}

/** A file of others in one piece; throws {@linkcode UnfitFile} also for more than `limit` bytes. */
export function readForeign(
  path: string,
  limit: number,
  options?: ForeignOptions,
): Uint8Array<ArrayBuffer> {
  return readOpen(openForeign(path, options), limit);
}

/** The bytes of an open file, which it closes; throws as {@linkcode readForeign}. */
export function readOpen(fd: number, limit: number): Uint8Array<ArrayBuffer> {
  try {
    // Those in /proc have length 0.
    let bytes = new Uint8Array(Math.min(limit, Math.max(fs.fstatSync(fd).size, 4096)) + 1);
    let size = 0;
    for (;;) {
      const count = fs.readSync(fd, bytes, size, bytes.length - size, null);
      if (count === 0) return bytes.subarray(0, size);
      size += count;
      if (size > limit) throw new UnfitFile(`it has more than ${limit} bytes`);
      if (size < bytes.length) continue;
      const larger = new Uint8Array(Math.min(limit, 2 * size) + 1);
      larger.set(bytes);
      bytes = larger;
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** The text of {@linkcode readForeign}; what is not UTF-8 becomes U+FFFD. */
export function readForeignText(path: string, limit: number, options?: ForeignOptions): string {
  return new TextDecoder().decode(readForeign(path, limit, options));
}

/** A path that means what is open and nothing else; `path` where the system has no such thing. */
export function pathOfOpen(fd: number, path: string): string {
  const held = `/proc/self/fd/${fd}`;
  try {
    fs.readlinkSync(held);
    return held;
  } catch (error) {
    if (errno(error) !== "ENOENT" && !(error instanceof Deno.errors.NotCapable)) throw error;
    return path;
  }
}

/** Where an open file lies, without links. */
function placeOf(fd: number, path: string): string {
  const held = pathOfOpen(fd, path);
  return held === path ? fs.realpathSync(path) : fs.readlinkSync(held);
}

function kindOf(info: ReturnType<typeof fs.fstatSync>): string {
  if (info.isDirectory()) return "a folder";
  if (info.isFIFO()) return "a pipe";
  return info.isSocket() ? "a socket" : "a device";
}
