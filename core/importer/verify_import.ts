/** The proof of an import: what was written is there, and is served. */
import type { Fetch } from "../http/mod.ts";
import { BinimportError } from "../util/errors.ts";
import { forEachTarget, type ImportRun, type ImportTarget } from "./run.ts";
import { type Finding, verifyFiles } from "./verify.ts";
import {
  type ImportedFile,
  requireUrl,
  type Step,
  type VerifyMode,
  verifyMode,
} from "./verify_modes.ts";

/** Proves every target; one that does not hold or serve what it should is noted as failed. */
export async function verifyImport(run: ImportRun, mode: VerifyMode, fetch: Fetch): Promise<void> {
  const steps = await forEachTarget(run, (target) => stepsFor(run, target, mode));
  let [total, totalBytes, done, bytes] = [0, 0, 0, 0];
  // Of a length that is asked for, no bytes count.
  const bytesOf = ({ mode }: Step, size: number) => mode === "head" ? 0 : size;
  for (const step of steps.values().toArray().flat()) {
    total += step.files.length;
    for (const { size } of step.files) totalBytes += bytesOf(step, size);
  }
  const tell = (current?: { readonly current: string }) =>
    run.emit({ event: "progress", phase: "verifying", done, total, bytes, totalBytes, ...current });
  if (total > 0) tell();
  await forEachTarget(run, async (target) => {
    for (const step of steps.get(target) ?? []) {
      const bad: Finding[] = [];
      const how = { fetch, ...run.call, mode: step.mode };
      await verifyFiles(target.adapter, step.files, how, (finding) => {
        if (finding.state !== "ok") bad.push(finding);
        done++;
        bytes += bytesOf(step, run.wanted.get(finding.key)?.size ?? 0);
        tell({ current: finding.key });
      });
      const [first] = bad;
      if (first !== undefined) throw unproved(target, step, first, bad.length);
    }
  });
}

function stepsFor(run: ImportRun, { adapter, outcomes }: ImportTarget, name: VerifyMode): Step[] {
  const mode = verifyMode(name);
  requireUrl(mode, adapter);
  const stateOf = (key: string): ImportedFile["state"] => {
    const one = outcomes.get(key);
    if (one?.kind !== "settled" || !one.written) return "unchanged";
    // An adapter that checks no digests, and a plug-in, which may be wrong: its word is not enough.
    // What a server says that it has, is.
    return one.vouched || adapter.capabilities.verifiesSha256 ? "written" : "unchecked";
  };
  const files = {
    *[Symbol.iterator](): Generator<ImportedFile> {
      for (const [key, { size, sha256 }] of run.wanted) {
        yield { key, size, sha256, state: stateOf(key) };
      }
    },
  };
  const [first = "x"] = run.wanted.keys();
  return mode.steps(files, adapter.publicUrl?.(first) !== undefined);
}

function unproved(
  { adapter }: ImportTarget,
  { mode, files }: Step,
  { key, state, detail }: Finding,
  bad: number,
): BinimportError {
  // A URL holds the key, the target's own name does not.
  const [verb, about, hint] = mode === "target"
    ? ["stored", `${JSON.stringify(key)}: `, STORED_WRONG]
    : ["served", "", SERVED_WRONG[state]];
  return new BinimportError(
    "integrity",
    `Cannot prove the import into ${adapter.target}: ${bad} of ${files.length} files are not ${verb} as they should be; ${about}${detail}`,
    { key, hint },
  );
}

const STORED_WRONG =
  "What was read back is not what was written: check the disk and the server; of an adapter of your own, run binimport adapter check.";

const SERVED_WRONG: Readonly<Partial<Record<Finding["state"], string>>> = {
  missing:
    "The URL maps to another folder than the one written to, or to no server: check --root and --url.",
  unreadable:
    "Nodes would fail in the same way: check that the server runs and serves it without credentials.",
  different:
    "Something between the target and here alters or caches it, or the target keeps other bytes than it was sent: binimport verify PACKAGE --verify target tells which.",
};
