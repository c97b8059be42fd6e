/** File systems that tell only at the end that there was no room for what was written. */
import { statfsSync } from "node:fs";

/**
 * By the `type` of statfs(2), as linux/magic.h has it. All of them may keep what is written, and
 * send it later: a full disk or a quota is the error of close(2) then. Behind FUSE lies sshfs,
 * GlusterFS, a virtual machine's host, or a disk of this machine: which one cannot be told.
 */
const LATE: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x65735546, "FUSE"],
]);

/**
 * The kind of file system that a folder lies on, if it is one of those. Deno tells no error of
 * close(2), so a file there is flushed before it gets its name: fsync(2) tells the same error.
 */
export function lateErrors(
  folder: string,
  typeOf: (folder: string) => number = (folder) => statfsSync(folder).type,
): string | undefined {
  return LATE.get(typeOf(folder));
}
