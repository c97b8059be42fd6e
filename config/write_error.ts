/** Why a file could not be written. */
import { errno } from "../core/errno.ts";
import { BinimportError, type ErrorCode, messageOf } from "../core/errors.ts";

interface State {
  readonly code: ErrorCode;
  readonly text: string;
  readonly hint: string;
}

const OWNER = "Run it as the owner of the file and its folder, or as root.";

/** By errno(3). */
const STATES: Readonly<Record<string, State>> = {
  EACCES: { code: "forbidden", text: "permission denied in its folder", hint: OWNER },
  EPERM: {
    code: "forbidden",
    text: "its owner cannot be kept, or it is immutable",
    hint: `${OWNER} lsattr shows whether it is immutable.`,
  },
  EROFS: {
    code: "forbidden",
    text: "the file system is read-only",
    hint: "Copy the file to a place that can be written, and edit it there.",
  },
  ENOSPC: { code: "no-space", text: "no space left on the device", hint: "Make room there." },
  EDQUOT: { code: "no-space", text: "the disk quota is used up", hint: "Make room there." },
};

/** The error for what a system call threw while the file was replaced. */
export function cannotWrite(path: string, cause: unknown): BinimportError {
  if (cause instanceof BinimportError) return cause;
  const { code, text, hint } = STATES[errno(cause) ?? ""] ??
    { code: "target" as const, text: messageOf(cause), hint: "The file is as it was." };
  return new BinimportError(code, `Cannot write ${JSON.stringify(path)}: ${text}`, { hint, cause });
}
