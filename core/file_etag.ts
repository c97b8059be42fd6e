/** What tells on disk that a file was touched. */

/** The kernel stamps files by its tick, which lags behind the clock by up to 10 ms (HZ=100). */
const TICK = 20;

/**
 * Changes whenever anything touched the file: a write, a rename onto it, chmod, chown. Nothing in
 * user space can set an inode's ctime, but the runtime gives it in whole seconds only. So a file
 * whose ctime lies in the second under way has no etag yet: a second touch in it could not be
 * told. Times in the future tell nothing at all. The device number is left out, as in git's index:
 * it changes when a disk is mounted anew.
 */
export function fileEtag(file: Deno.FileInfo, now: number = Date.now()): string | undefined {
  const ctime = file.ctime?.getTime();
  if (ctime === undefined || ctime + 1000 + TICK > now) return undefined;
  const facts = [file.ino ?? 0, file.size, ctime / 1000, file.mtime?.getTime() ?? 0];
  return facts.map((fact) => fact.toString(36)).join("-");
}
