/** The file, byte for byte: read, and replaced in one step. */
import { Buffer } from "node:buffer";
import fs from "node:fs";
import { basename, dirname } from "node:path";
import { SMALL } from "../core/util/bounded_read.ts";
import { errno, meaningOf, systemState } from "../core/util/errno.ts";
import { BinimportError } from "../core/util/errors.ts";
import { readForeign } from "../core/util/foreign_file.ts";
import { shellWord } from "../core/util/hints.ts";
import { tried } from "../core/util/tried.ts";

/** A file as it was read. */
export interface ConfigFile {
  /** Its path as it was given, for messages. */
  readonly name: string;
  /** Where it really lies: a symbolic link is followed. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same as text, with its byte order mark if it has one. */
  readonly text: string;
}

/**
 * Reads a file. Code `config-invalid` when it is absent, cannot be read, is larger than 1 MiB or
 * holds what YAML does not allow: broken UTF-8, NUL, other control characters.
 */
export async function readConfigFile(name: string): Promise<ConfigFile> {
  try {
    const path = await Deno.realPath(name);
    const bytes = readForeign(path, SMALL);
    return { name, path, bytes, text: decode(bytes, name) };
  } catch (error) {
    if (error instanceof BinimportError) throw error;
    const isAbsent = error instanceof Deno.errors.NotFound;
    const hint = errno(error) === "EACCES" ? "Run it as a user who may read it." : undefined;
    throw unusable(name, isAbsent ? "no such file" : systemState(error), hint);
  }
}

function unusable(name: string, state: string, hint = "Give the path of a clusterConfig.yaml.") {
  const message = `Cannot read ${JSON.stringify(name)}: ${state}`;
  return new BinimportError("config-invalid", message, { hint });
}

function decode(bytes: Uint8Array, name: string): string {
  const wide = wideEncoding(bytes);
  const text = wide === undefined ? decoded(bytes, "utf-8") : undefined;
  if (text === undefined) {
    // What editors save instead.
    const other = ["GB18030", "Big5"].find((one) => decoded(bytes, one) !== undefined);
    const lines = new TextDecoder().decode(bytes).split("\ufffd", 1)[0]?.split("\n") ?? [];
    const place = `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
    const guess = other === "GB18030" ? "; it seems to be in GBK" : "";
    const state = wide === undefined
      ? `${place} is not in UTF-8${guess}`
      : `line 1 is in ${wide}, not in UTF-8`;
    const encoding = wide ?? other ?? "Windows-1252";
    const command = `iconv -f ${encoding} -t UTF-8 ${shellWord(name)} > utf8.yaml`;
    throw unusable(name, state, `Save it as UTF-8 in the editor, or: ${command}`);
  }
  // Some readers take a lone carriage return for the end of a line, others do not.
  const { 0: control, index } = /[\x00-\x08\x0b\x0c\x0e-\x1f]|\r(?!\n)/.exec(text) ?? {};
  if (control === undefined) return text;
  const line = text.slice(0, index).split("\n").length;
  const known = control === "\0"
    ? "a NUL byte"
    : control === "\r"
    ? "a carriage return that ends no line"
    : `the control character ${JSON.stringify(control)}`;
  throw unusable(name, `line ${line} has ${known}`);
}

function decoded(bytes: Uint8Array, encoding: string): string | undefined {
  return tried(() => new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes));
}

/** Such a file begins with its byte order mark, or has NULs beside its first letter; as for iconv. */
function wideEncoding([a = 1, b = 1, c = 1, d = 1]: Uint8Array): string | undefined {
  const isMark = Math.min(a, b) === 0xfe && Math.max(a, b) === 0xff;
  if (!isMark && a !== 0 && b !== 0) return undefined;
  const width = a + b === 0 || c + d === 0 ? "UTF-32" : "UTF-16";
  // A mark tells the order to whoever decodes; without one, it has to be named.
  return isMark || (a + b === 0 && c === 0xfe) ? width : `${width}${a === 0 ? "BE" : "LE"}`;
}

/**
 * Gives the file another text, and keeps the old bytes in a backup beside it; both with its owner and
 * permissions. A reader sees the old file or the whole new one, also after a power failure; one that
 * is a mount of its own (`docker run -v FILE:FILE`) can only be written in place. A failure leaves
 * nothing new: code `forbidden` where the folder cannot be written or the owner cannot be kept,
 * `target` when somebody else has changed the file since it was read.
 */
export function replaceFile({ path, bytes }: ConfigFile, text: string): {
  readonly backup: string;
  readonly inPlace: boolean;
  /** How many names the old bytes have besides, by hard links. */
  readonly otherNames: number;
} {
  using made = new DisposableStack(); // takes away what was made, unless all went well
  try {
    const [folder, prefix] = [dirname(path), `.${basename(path)}.`];
    removeLeftOver(folder, prefix);
    const like = fs.statSync(path);
    const wanted = new TextEncoder().encode(text);
    const temporary = `${folder}/${prefix}${Deno.pid}.${crypto.randomUUID()}.tmp`;
    create(temporary, wanted, like, made);
    if (Buffer.compare(readForeign(path, SMALL), bytes) !== 0) {
      const state = "somebody else changes it at the same time";
      const message = `Cannot write ${JSON.stringify(path)}: ${state}`;
      throw new BinimportError("target", message, { hint: "Run it again.", retryable: true });
    }
    const backup = createBackup(path, bytes, like, made);
    const inPlace = !renamed(temporary, path, backup);
    if (inPlace) {
      overwrite(path, wanted, bytes);
      remove(temporary);
    }
    made.move();
    opened(folder, "r", fs.fsyncSync); // so that the new name survives a power failure
    const kept = fs.statSync(backup);
    const names = kept.ino === like.ino ? kept.nlink : like.nlink;
    return { backup, inPlace, otherNames: inPlace ? 0 : names - 1 };
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** False where the path is a mount point, which rename(2) does not replace; its backup is a copy. */
function renamed(from: string, to: string, backup: string): boolean {
  try {
    fs.renameSync(from, to);
    return true;
  } catch (error) {
    const isMount = ["EBUSY", "EXDEV"].includes(errno(error) ?? "");
    const [old, kept] = [fs.statSync(to), fs.statSync(backup)];
    if (isMount && (old.ino !== kept.ino || old.dev !== kept.dev)) return false;
    throw error;
  }
}

/** Puts the old bytes back where the new ones do not fit. */
function overwrite(path: string, wanted: Uint8Array, old: Uint8Array): void {
  const put = (bytes: Uint8Array) => {
    fs.writeFileSync(path, bytes, { flag: "r+" });
    fs.truncateSync(path, bytes.length);
    opened(path, "r", fs.fsyncSync);
  };
  try {
    put(wanted);
  } catch (error) {
    put(old);
    throw error;
  }
}

function opened(path: string, flags: "r" | "wx", use: (fd: number) => void): void {
  const fd = fs.openSync(path, flags, 0o600);
  try {
    use(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Takes away the temporary files of processes that were killed: they may hold a password. */
function removeLeftOver(folder: string, prefix: string): void {
  for (const name of fs.readdirSync(folder)) {
    const [, pid] = /^(\d+)\.[0-9a-f-]{36}\.tmp$/.exec(name.slice(prefix.length)) ?? [];
    if (!name.startsWith(prefix) || pid === undefined || fs.existsSync(`/proc/${pid}`)) continue;
    remove(`${folder}/${name}`);
  }
}

/** The old file itself under the first name that is free, or a copy where link(2) refuses. */
function createBackup(path: string, bytes: Uint8Array, like: fs.Stats, made: DisposableStack) {
  for (let number = 0;; number++) {
    const backup = `${path}.bak${number || ""}`;
    try {
      fs.linkSync(path, backup);
      made.defer(() => remove(backup));
      return backup;
    } catch (error) {
      const name = errno(error) ?? "";
      if (name === "EEXIST" && !isBackup(backup, bytes, like)) continue;
      if (["EPERM", "EXDEV", "EOPNOTSUPP", "ENOSYS"].includes(name)) {
        create(backup, bytes, like, made);
      } else if (name !== "EEXIST") {
        throw error;
      }
      return backup;
    }
  }
}

/** Whether a file has these bytes, its owner, and is no more open than the file it is of. */
function isBackup(path: string, bytes: Uint8Array, { uid, gid, mode }: fs.Stats): boolean {
  const own = fs.lstatSync(path);
  return own.isFile() && own.size === bytes.length && own.uid === uid && own.gid === gid &&
    own.mode === mode && Buffer.compare(readForeign(path, SMALL, { follow: false }), bytes) === 0;
}

/** Nobody else may read it until it has the owner that it shall have. */
function create(path: string, bytes: Uint8Array, like: fs.Stats, made: DisposableStack): void {
  opened(path, "wx", (fd) => {
    made.defer(() => remove(path));
    fs.writeFileSync(fd, bytes);
    const own = fs.fstatSync(fd);
    if (own.uid !== like.uid || own.gid !== like.gid) fs.fchownSync(fd, like.uid, like.gid);
    fs.fchmodSync(fd, like.mode & 0o7777);
    fs.fsyncSync(fd);
  });
}

function remove(path: string): void {
  tried(() => fs.unlinkSync(path)); // it never came to be, or cannot be taken away by us
}

const OWNER = "Run it as the owner of the file and its folder, or as root.";

/** What to do, by errno(3), and the state in other words than the usual ones. */
const ADVICE: Readonly<Record<string, readonly [hint: string, state?: string]>> = {
  EACCES: [OWNER, "permission denied in its folder"],
  EPERM: [
    `${OWNER} lsattr shows whether it is immutable.`,
    "its owner cannot be kept, or it is immutable",
  ],
  EROFS: ["Copy the file to a place that can be written, and edit it there."],
  ENOSPC: ["Free some space there."],
  EDQUOT: ["Free some space there."],
};

function cannotWrite(path: string, cause: unknown): BinimportError {
  if (cause instanceof BinimportError) return cause;
  const name = errno(cause) ?? "";
  const meaning = name in ADVICE ? meaningOf(name) : undefined;
  const [hint, state = systemState(cause)] = ADVICE[name] ?? ["The file is unchanged."];
  const message = `Cannot write ${JSON.stringify(path)}: ${state}`;
  return new BinimportError(meaning?.code ?? "target", message, { hint, cause });
}
