/** What tells on disk that a file was touched. */
import { readFileSync } from "node:fs";
import { sha256Of } from "../util/digest.ts";
import { tried } from "../util/tried.ts";

/** The kernel stamps files by its tick, which lags behind the clock by up to 10 ms (HZ=100). */
const TICK = 20;

/** What the runtime tells of a file; not by its types, which those of the library do without. */
interface FileFacts {
  readonly size: number;
  readonly ino: number | null;
  readonly mtime: Date | null;
  readonly ctime: Date | null;
}

/**
 * Changes whenever anything touched the file. Nothing in user space can set an inode's ctime, but the
 * runtime gives it in whole seconds only: a file whose ctime lies in the second under way, or in the
 * future, has no etag yet. The device number changes when a disk is mounted anew, and is left out.
 *
 * A power failure can leave an inode as it was and zeros where the bytes never reached the disk. So
 * an etag holds for one run of the kernel: after a reboot each file is read once.
 */
export function fileEtag(file: FileFacts, now: number = Date.now()): string | undefined {
  const ctime = file.ctime?.getTime();
  if (ctime === undefined || ctime + 1000 + TICK > now) return undefined;
  return etagOf(file, ctime);
}

/**
 * The etag of a file that the caller has just written. It is given within the second under way, too,
 * once the kernel's tick is over: a later write shows in mtime. Only who writes in that very second
 * and then sets the former mtime, to the millisecond, goes unnoticed.
 */
export function writtenEtag(file: FileFacts, now: number = Date.now()): string | undefined {
  const [mtime, ctime] = [file.mtime?.getTime(), file.ctime?.getTime()];
  if (mtime === undefined || ctime === undefined || mtime + TICK > now) return undefined;
  return etagOf(file, ctime);
}

function etagOf({ ino, size, mtime }: FileFacts, ctime: number): string | undefined {
  const facts = [ino ?? 0, size, ctime / 1000, mtime?.getTime() ?? 0];
  const run = kernelRun();
  return run && [run, ...facts.map((fact) => fact.toString(36))].join("-");
}

let knownRun: string | undefined;

/** Tells this run of the kernel from others (random(4)); hashed, since manifests are served. */
function kernelRun(): string | undefined {
  const read = () => sha256Of(readFileSync("/proc/sys/kernel/random/boot_id")).slice(0, 8);
  return knownRun ??= tried(read); // where /proc may not be read, files have no etag
}
