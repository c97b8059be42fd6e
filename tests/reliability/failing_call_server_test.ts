/** Single calls of the system that fail in the middle, as of a disk that dies or is over quota. */
import assert from "node:assert/strict";
import { outcome, start } from "../support/e2e/run.ts";
import { digestsBelow, fingerprint, makeRoot } from "../support/e2e/targets.ts";
import { assertWhole } from "../support/reliability/final_names.ts";
import { mustImport } from "../support/reliability/killed.ts";
import { makeReleases, type OneRelease, type Releases } from "../support/reliability/releases.ts";
import { reliabilityTest, times, type Tried } from "../support/reliability/trials.ts";
import {
  failedOnPurpose,
  type FailingCall,
  readTrace,
  traced,
  type Tracing,
} from "../support/system_calls.ts";

/** What is said of an error, whichever call it came from. */
const SAYS: Readonly<Record<string, RegExp>> = {
  EIO: /: the disk failed \(input\/output error\)\n {2}See dmesg/,
  ENOSPC: /: no space left on the device\n {2}Make room/,
  EDQUOT: /: the disk quota is used up\n {2}Make room or raise the quota/,
  EROFS: /: the file system is read-only\n {2}Mount it writable/,
};

/** By the kernel's name of the call: what it can fail with. */
const FAULTS: Readonly<Record<string, readonly string[]>> = {
  openat: ["EIO", "ENOSPC", "EDQUOT", "EROFS"],
  write: ["EIO", "ENOSPC", "EDQUOT"],
  pwrite64: ["EIO", "ENOSPC", "EDQUOT"],
  fchmod: ["EIO", "EROFS"],
  fsync: ["EIO", "ENOSPC", "EDQUOT"],
  rename: ["EIO", "ENOSPC", "EDQUOT", "EROFS"],
};

/** What is written so; the runtime's threads wake each other by such calls, too. */
const WRITTEN = ".binimport/lock";

const CALLS = ["write", "pwrite64", "fchmod", "fsync", "rename"];

/** A web root that gets one release after the other. */
interface Place {
  readonly path: string;
  /** strace writes there. */
  readonly trace: string;
  readonly releases: Releases;
}

/** How to trace an import into it, for one kind of call. */
function tracing({ path, trace }: Place, fullName: string): Tracing {
  const about = fullName === "write" ? { about: `${path}/${WRITTEN}` } : {};
  return { trace, calls: CALLS, ...about };
}

const importInto = (
  { path }: Place,
  { archive }: OneRelease,
) => [archive, "--root", path, "--fsync"];

/**
 * Whether a call is about something in the root. To look for leftovers comes last, when all is done
 * and recorded: if that fails the next import does it.
 */
function isOurs({ path }: Place, paths: readonly string[]): boolean {
  return paths.some((one) => one.startsWith(`${path}/`) && !one.endsWith("/.binimport/tmp"));
}

/**
 * Which calls of a name the main thread makes in the root, as it counts them. Others only read, and
 * what they cannot read is read once more.
 */
async function callsOfImport(
  place: Place,
  fullName: string,
  release: OneRelease,
): Promise<number[]> {
  const under = traced(tracing(place, fullName));
  await mustImport({ args: importInto(place, release), under });
  const calls = readTrace(place.trace);
  return calls
    .filter(({ thread }) => thread === calls[0]?.thread)
    .filter((call) => call.fullName === fullName && isOurs(place, call.paths))
    .map(({ nth }) => nth);
}

/**
 * Imports over the other release with a call that fails; false when that was none of the root, or
 * when one of the runtime's own failed too.
 */
async function failsThenMends(
  place: Place,
  release: OneRelease,
  fails: FailingCall,
): Promise<boolean> {
  const { path, trace, releases } = place;
  const args = importInto(place, release);
  const under = traced({ ...tracing(place, fails.fullName), fails });
  const { status, stderr } = await outcome(start(["import", ...args], { under }));
  const failed = failedOnPurpose(trace);
  const hit = failed.length > 0 && failed.every(({ paths }) => isOurs(place, paths));
  if (hit) {
    const moment = `${fails.fullName} ${fails.nth}: ${fails.errno}`;
    assert.equal(status, 4, `${moment} ${stderr}`);
    assert.match(stderr, SAYS[fails.errno] ?? /^$/, moment);
    assert.doesNotMatch(stderr, /^\s+at /m);
    assertWhole(await digestsBelow(path), [releases.old, releases.young], moment);
    assert.deepEqual(await fingerprint(`${path}/.binimport/tmp`), [], moment);
  }
  await mustImport({ args });
  assert.deepEqual(await digestsBelow(path), release.digests);
  return hit;
}

async function tryAll(fullName: string, errors: readonly string[], tried: Tried): Promise<void> {
  await using releases = await makeReleases();
  await using root = await makeRoot();
  const place = { path: root.path, trace: `${releases.folder}/trace`, releases };
  const releaseAt = (turn: number) => turn % 2 === 0 ? releases.old : releases.young;
  let turn = 0;
  await mustImport({ args: importInto(place, releaseAt(turn++)) });
  let calls = await callsOfImport(place, fullName, releaseAt(turn++));
  assert(calls.length > 0, `no ${fullName} in ${root.path}`);
  const count = times(1, 8) * errors.length;
  for (let round = 0, misses = 0; round < count;) {
    const nth = calls[Math.floor((round + 0.5) * calls.length / count)] ?? assert.fail();
    const errno = errors[round % errors.length] ?? assert.fail();
    if (await failsThenMends(place, releaseAt(turn++), { fullName, nth, errno })) {
      tried();
      round++;
      misses = 0;
    } else {
      // The runtime makes more or fewer calls than it did, as when its caches have filled meanwhile.
      assert(++misses < 10, `${fullName} ${nth} was never one of ${root.path}`);
      calls = await callsOfImport(place, fullName, releaseAt(turn++));
    }
  }
}

for (const [fullName, errors] of Object.entries(FAULTS)) {
  reliabilityTest({
    fault: `a call of ${fullName} fails in an import into a web root: ${errors.join(", ")}`,
    outcome: "status 4, saying why; nothing half done is left; the next run ends well",
    needs: ["tar", "strace"],
    file: import.meta.url,
  }, (tried) => tryAll(fullName, errors, tried));
}
