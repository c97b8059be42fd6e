/** What the file system's error codes mean to a user. */
import { errno, meaningOf } from "../../core/util/errno.ts";
import {
  BinimportError,
  type ErrorCode,
  type ErrorDetails,
  messageOf,
} from "../../core/util/errors.ts";

/** What to do, by errno(3). */
const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "Make room, then run the import again: what is complete is not written twice.",
  EDQUOT: "Make room or raise the quota, then run the import again.",
  EACCES: "Run as a user who may write there, or change the folder's permissions.",
  EPERM: "Run as root, or look for the immutable attribute with lsattr.",
  EROFS: "Mount it writable, or give another --root.",
  EISDIR: "Move the folder away.",
  ENOTDIR: "Move the file away.",
  EXDEV: "Import into that file system's own folder, by a --root of its own.",
  EMFILE: "Raise ulimit -n.",
  EIO: "See dmesg.",
  ESTALE: "Mount it anew, then run the import again.",
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

/** The error for a root that is not there. */
export function noFolder(action: string, root: string): BinimportError {
  return fault("not-found", action, root, "no such folder", {
    hint: "Create it with mkdir -p, or give another --root.",
  });
}

/** The error for what a system call threw. */
export function fsError(action: string, path: string, cause: unknown): BinimportError {
  if (cause instanceof BinimportError) return cause;
  const name = errno(cause) ?? "";
  // Of others, without the call and the path that the runtime adds.
  const plain = () => messageOf(cause).replace(/ \(os error \d+\).*$/s, "");
  const { code, text } = meaningOf(name) ?? { code: "target", text: plain() };
  return fault(code, action, path, text, { cause, hint: HINTS[name] });
}

/** Calls, and turns what is thrown into the error of {@linkcode fsError}. */
export function attempt<T>(action: string, path: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw fsError(action, path, cause);
  }
}
