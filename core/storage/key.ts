/** Which object keys are safe to store anywhere. */
import { BinimportError } from "../util/errors.ts";
import { escapeControls } from "../util/hints.ts";

/** The folder in a target that holds binimport's own state. No package may write there. */
export const STATE_FOLDER = ".binimport";

/** Whether a key is in {@linkcode STATE_FOLDER}, also where case, or dots at the end, are lost. */
export function isStateKey(key: string): boolean {
  return /^\.binimport[. ]*(?:\/|$)/i.test(key);
}

/** The most UTF-8 bytes that a key may have: the limit of S3, and of MinIO. */
export const MAX_KEY_BYTES = 1024;

/**
 * Throws code `invalid-key` for a key that could leave the target or that means different things
 * to different servers: empty, absolute, with an empty, `.` or `..` component, with a NUL or a
 * backslash (a server on Windows takes it for a separator), with half a surrogate pair (it has no
 * UTF-8 form), or longer than {@linkcode MAX_KEY_BYTES}.
 */
export function assertKey(key: string): void {
  const fault = faultOf(key);
  if (fault === undefined) return;
  const shown = escapeControls(key.length > 200 ? `${key.slice(0, 200)}…` : key);
  throw new BinimportError("invalid-key", `Cannot use "${shown}" as a key: it ${fault}`, { key });
}

/** The first component that is empty, `.` or `..`. */
const ODD_COMPONENT = /(?:^|\/)(\.{0,2})(?:\/|$)/;

function faultOf(key: string): string | undefined {
  if (key === "") return "is empty";
  if (key.startsWith("/")) return "is absolute";
  if (key.includes("\0")) return "has a NUL";
  if (key.includes("\\")) return "has a backslash";
  if (!key.isWellFormed()) return "is not valid Unicode";
  const component = ODD_COMPONENT.exec(key)?.[1];
  if (component === "") return "has an empty component";
  if (component !== undefined) return `has a component "${component}"`;
  const bytes = key.length * 3 > MAX_KEY_BYTES ? new TextEncoder().encode(key).length : 0;
  if (bytes > MAX_KEY_BYTES) return `has ${bytes} bytes, ${MAX_KEY_BYTES} are allowed`;
}
