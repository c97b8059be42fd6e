/** What the file system's error codes mean to a user. */
import { errno } from "../../core/util/errno.ts";
import {
  BinimportError,
  type ErrorCode,
  type ErrorDetails,
  messageOf,
} from "../../core/util/errors.ts";

interface State {
  readonly code: ErrorCode;
  readonly text: string;
  readonly hint?: string;
}

/** By errno(3). */
const STATES: Readonly<Record<string, State>> = {
  ENOSPC: {
    code: "no-space",
    text: "no space left on the device",
    hint: "Make room, then run the import again: what is complete is not written twice.",
  },
  EDQUOT: {
    code: "no-space",
    text: "the disk quota is used up",
    hint: "Make room or raise the quota, then run the import again.",
  },
  EACCES: {
    code: "forbidden",
    text: "permission denied",
    hint: "Run as a user who may write there, or change the folder's permissions.",
  },
  EPERM: {
    code: "forbidden",
    text: "the operation is not permitted",
    hint: "Run as root, or look for the immutable attribute with lsattr.",
  },
  EROFS: {
    code: "forbidden",
    text: "the file system is read-only",
    hint: "Mount it writable, or give another --root.",
  },
  ENAMETOOLONG: { code: "invalid-key", text: "the name is too long for this file system" },
  EILSEQ: { code: "invalid-key", text: "this file system does not take such a name" },
  EINVAL: { code: "invalid-key", text: "this file system does not take such a name" },
  ENOENT: { code: "not-found", text: "no such file or folder" },
  EISDIR: { code: "target", text: "a folder has that name", hint: "Move the folder away." },
  ENOTDIR: {
    code: "target",
    text: "a file stands where a folder is needed",
    hint: "Move the file away.",
  },
  EXDEV: {
    code: "target",
    text: "it lies on another file system than the root",
    hint: "Import into that file system's own folder, by a --root of its own.",
  },
  ELOOP: { code: "target", text: "its symbolic links lead in a circle" },
  EFBIG: { code: "target", text: "the file is too large for this file system or for ulimit -f" },
  EMFILE: { code: "target", text: "too many open files", hint: "Raise ulimit -n." },
  EIO: { code: "target", text: "the disk failed (input/output error)", hint: "See dmesg." },
  ESTALE: {
    code: "target",
    text: "the NFS server does not know it any more (stale file handle)",
    hint: "Mount it anew, then run the import again.",
  },
};

/** An error "Cannot ACTION "PATH": state". */
export function fault(
  code: ErrorCode,
  action: string,
  path: string,
  state: string,
  details: ErrorDetails = {},
): BinimportError {
  return new BinimportError(code, `Cannot ${action} ${JSON.stringify(path)}: ${state}`, details);
}

/** The error for what a system call threw. */
export function fsError(action: string, path: string, cause: unknown): BinimportError {
  if (cause instanceof BinimportError) return cause;
  const { code, text, hint } = STATES[errno(cause) ?? ""] ??
    { code: "target", text: plain(messageOf(cause)) };
  return fault(code, action, path, text, { cause, ...(hint !== undefined && { hint }) });
}

/** Calls, and turns what is thrown into the error of {@linkcode fsError}. */
export function attempt<T>(action: string, path: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw fsError(action, path, cause);
  }
}

/** Without the call and the path that the runtime adds. */
function plain(message: string): string {
  return message.replace(/ \(os error \d+\).*$/s, "");
}
