/** The proof of an import: what was written is there, and is served. */
import type { Fetch } from "../http/mod.ts";
import { BinimportError } from "../util/errors.ts";
import { forEachTarget, type ImportRun, type ImportTarget } from "./run.ts";
import { type Finding, verifyFiles } from "./verify.ts";
import { requireUrl, type Step, type VerifyMode, verifyMode } from "./verify_modes.ts";

/** Proves every target; one that does not hold or serve what it should is noted as failed. */
export async function verifyImport(run: ImportRun, mode: VerifyMode, fetch: Fetch): Promise<void> {
  const steps = await forEachTarget(
    run,
    (target) => Promise.try(() => stepsFor(run, target, mode)),
  );
  const tell = teller(run, steps.values().toArray().flat());
  await forEachTarget(run, (target) => {
    return proveTarget(run, target, steps.get(target) ?? [], fetch, tell);
  });
}

/** Tells how far all proofs are together: of a length that is asked for, no bytes count. */
function teller(run: ImportRun, steps: readonly Step[]): (key: string, bytes: number) => void {
  const total = steps.reduce((sum, { files }) => sum + files.length, 0);
  const totalBytes = steps.reduce((sum, step) => sum + bytesOf(step), 0);
  const sofar = { done: 0, bytes: 0 };
  const tell = (current?: string) =>
    run.emit({
      event: "progress",
      phase: "verifying",
      ...sofar,
      total,
      totalBytes,
      ...(current === undefined ? {} : { current }),
    });
  if (total > 0) tell();
  return (key, bytes) => {
    sofar.done++;
    sofar.bytes += bytes;
    tell(key);
  };
}

function bytesOf({ mode, files }: Step): number {
  return mode === "head" ? 0 : files.reduce((sum, { size }) => sum + size, 0);
}

function stepsFor(run: ImportRun, { adapter, outcomes }: ImportTarget, name: VerifyMode): Step[] {
  const mode = verifyMode(name);
  requireUrl(mode, adapter);
  // An adapter that checks no digests, and a plug-in, which may be wrong: its word is not enough.
  // What a server says that it has, is.
  const isUnchecked = (key: string) => {
    const one = outcomes.get(key);
    return one?.kind === "settled" && one.written && !one.vouched;
  };
  const filesOf = (isOne: (key: string) => boolean) =>
    run.wanted.entries().filter(([key]) => isOne(key))
      .map(([key, { size, sha256 }]) => ({ key, size, sha256 })).toArray();
  const [first = "x"] = run.wanted.keys();
  return mode.steps({
    get files() {
      return filesOf(() => true);
    },
    get unchecked() {
      return adapter.capabilities.verifiesSha256 ? [] : filesOf(isUnchecked);
    },
    served: adapter.publicUrl?.(first) !== undefined,
  });
}

/** Looks at one step after the other, until something is not as it should be. */
async function proveTarget(
  run: ImportRun,
  { adapter }: ImportTarget,
  steps: readonly Step[],
  fetch: Fetch,
  tell: (key: string, bytes: number) => void,
): Promise<void> {
  for (const { mode, files } of steps) {
    const bad: Finding[] = [];
    await verifyFiles(adapter, files, { fetch, ...run.call, mode }, (finding) => {
      if (finding.state !== "ok") bad.push(finding);
      tell(finding.key, mode === "head" ? 0 : run.wanted.get(finding.key)?.size ?? 0);
    });
    const [first] = bad;
    if (first === undefined) continue;
    // A URL holds the key, the target's own name does not.
    const [verb, about, hint] = mode === "target"
      ? ["stored", `${JSON.stringify(first.key)}: `, STORED_WRONG]
      : ["served", "", SERVED_WRONG[first.state]];
    throw new BinimportError(
      "integrity",
      `Cannot prove the import into ${adapter.target}: ${bad.length} of ${files.length} files are not ${verb} as they should be; ${about}${first.detail}`,
      { key: first.key, ...(hint === undefined ? {} : { hint }) },
    );
  }
}

const STORED_WRONG =
  "What was read back is not what was written: check the disk and the server; of an adapter of your own, run binimport adapter check.";

const SERVED_WRONG: Readonly<Partial<Record<Finding["state"], string>>> = {
  missing:
    "The URL maps to another folder than the one written to, or to no server: check --root and --url.",
  unreadable:
    "Nodes would fail in the same way: check that the server runs and serves it without credentials.",
  different: "Something between the target and here alters or caches it: fetch that URL by hand.",
};
