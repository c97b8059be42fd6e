/** The proof of an import: what was written is there, and is served. */
import { BinimportError } from "./errors.ts";
import { active, fail, type ImportRun, type ImportTarget } from "./import_run.ts";
import {
  type ExpectedFile,
  type Fetch,
  type Finding,
  verifyFiles,
  type VerifyMode,
} from "./verify.ts";

/** The body that `auto` fetches whole is at most this long, in bytes, if there is one. */
const MAX_SAMPLE = 64 * 1024 * 1024;

/** Proves every target; one that does not hold or serve what it should is noted as failed. */
export async function prove(run: ImportRun, mode: VerifyMode, fetch: Fetch): Promise<void> {
  if (mode === "off") return;
  for (const target of active(run)) {
    try {
      await proveTarget(run, target, mode, fetch);
    } catch (error) {
      await fail(target, error);
    }
  }
}

async function proveTarget(
  run: ImportRun,
  target: ImportTarget,
  mode: Exclude<VerifyMode, "off">,
  fetch: Fetch,
): Promise<void> {
  const files = [...run.wanted].map(([key, { size, sha256 }]) => ({ key, size, sha256 }));
  const served = target.adapter.publicUrl?.(files[0]?.key ?? "x") !== undefined;
  if (mode === "url" && !served) {
    throw new BinimportError(
      "usage",
      `Cannot verify ${target.adapter.target} over its URL: no URL is known`,
      { hint: "Give --url, or --verify target." },
    );
  }
  if (mode === "auto" && !served) return; // size and digest were checked while writing
  const bad: Finding[] = [];
  let done = 0;
  const tell = (finding: Finding) => {
    if (finding.state !== "ok") bad.push(finding);
    const { key: current } = finding;
    run.emit({ event: "progress", phase: "verifying", done: ++done, total: files.length, current });
  };
  const options = { fetch, ...run.call };
  await verifyFiles(
    target.adapter,
    files,
    { ...options, mode: mode === "auto" ? "head" : mode },
    tell,
  );
  if (mode === "auto" && bad.length === 0) {
    await verifyFiles(target.adapter, sample(files), { ...options, mode: "url" }, tell);
  }
  if (bad.length > 0) throw unproved(target, bad, files.length);
}

/** The longest file that is not too long to fetch for a look, else the shortest. */
function sample(files: readonly ExpectedFile[]): ExpectedFile[] {
  const bySize = [...files].sort((a, b) => a.size - b.size);
  return [bySize.findLast(({ size }) => size <= MAX_SAMPLE) ?? bySize[0]].filter((one) =>
    one !== undefined
  );
}

function unproved(target: ImportTarget, bad: readonly Finding[], count: number): BinimportError {
  const [first] = bad;
  return new BinimportError(
    "integrity",
    `Cannot prove the import into ${target.adapter.target}: ${bad.length} of ${count} files are not served as they should be; ${first?.detail}`,
    { hint: hintFor(first), ...(first === undefined ? {} : { key: first.key }) },
  );
}

function hintFor(finding: Finding | undefined): string {
  switch (finding?.state) {
    case "missing":
      return "The URL maps to another folder than the one written to, or to no server: check --root and --url.";
    case "unreadable":
      return "Nodes would fail in the same way: check that the server runs and serves it without credentials.";
    default:
      return "Something between the target and here alters or caches it: fetch that URL by hand.";
  }
}
