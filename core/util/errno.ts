/** What the system calls its errors, and what they mean. */
import { constants } from "node:os";
import { type ErrorCode, messageOf } from "./errors.ts";

/** Of some Deno 2 gives the number alone: a used up quota, a too large file, one that NFS lost. */
const NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** The errno(3) name of what a system call threw, such as `ENOENT`; a library's code otherwise. */
export function errno(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errno: number }: { code?: unknown; errno?: unknown } = Object(error);
  if (typeof code === "string" && code !== "UNKNOWN") return code;
  const [, told] = /\(os error (\d+)\)/.exec(error.message) ?? [];
  return NAMES.get(typeof number === "number" ? -number : Number(told));
}

/** What an error of the system means: its code, and the state to stand behind "Cannot X: ". */
export type Meaning = Readonly<{ code: ErrorCode; text: string }>;

const MEANINGS: Readonly<Record<string, readonly [code: ErrorCode, text: string]>> = {
  ENOSPC: ["no-space", "no space left on the device"],
  EDQUOT: ["no-space", "the disk quota is used up"],
  EACCES: ["forbidden", "permission denied"],
  EPERM: ["forbidden", "the operation is not permitted"],
  EROFS: ["forbidden", "the file system is read-only"],
  ENAMETOOLONG: ["invalid-key", "the name is too long for this file system"],
  EILSEQ: ["invalid-key", "this file system does not take such a name"],
  EINVAL: ["invalid-key", "this file system does not take such a name"],
  ENOENT: ["not-found", "no such file or folder"],
  EISDIR: ["target", "a folder has that name"],
  ENOTDIR: ["target", "a file stands where a folder is needed"],
  EXDEV: ["target", "it lies on another file system than the root"],
  ELOOP: ["target", "its symbolic links lead in a circle"],
  EFBIG: ["target", "the file is too large for this file system or for ulimit -f"],
  EMFILE: ["target", "too many open files"],
  EIO: ["target", "the disk failed (input/output error)"],
  ESTALE: ["target", "the NFS server does not know it any more (stale file handle)"],
  ECONNREFUSED: ["unavailable", "the connection was refused"],
  ECONNRESET: ["unavailable", "the connection was cut"],
  EPIPE: ["unavailable", "the connection was cut"],
  ETIMEDOUT: ["unavailable", "the connection timed out"],
  ENOTFOUND: ["unavailable", "no host of that name is known"],
  EAI_AGAIN: ["unavailable", "the host's name cannot be looked up at the moment"],
  EHOSTUNREACH: ["unavailable", "there is no route to the host"],
  ENETUNREACH: ["unavailable", "there is no route to the network"],
};

/** What an error of that name means; `undefined` where it has no meaning of its own. */
export function meaningOf(name: string | undefined): Meaning | undefined {
  const meaning = MEANINGS[name ?? ""];
  return meaning && { code: meaning[0], text: meaning[1] };
}

/** The state that stopped a call of the system; any other error's message. */
export function systemState(error: unknown): string {
  return meaningOf(errno(error))?.text ?? messageOf(error);
}
