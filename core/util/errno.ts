/** What the system calls its errors. */
import { constants } from "node:os";
import { messageOf } from "./errors.ts";

/** Those that Deno 2 gives a number of, and no name: a quota that is used up, a file that NFS lost. */
const NAMELESS: Readonly<Record<number, string>> = {
  [constants.errno.EDQUOT]: "EDQUOT",
  [constants.errno.ESTALE]: "ESTALE",
};

/** The errno(3) name of what a system call threw, such as `ENOENT`. */
export function errno(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string" && error.code !== "UNKNOWN") {
    return error.code;
  }
  const number = "errno" in error && typeof error.errno === "number"
    ? -error.errno
    : Number(/\(os error (\d+)\)/.exec(messageOf(error))?.[1]);
  return NAMELESS[number];
}
