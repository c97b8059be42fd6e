/** Runs `binimport node-check`: makes a script that a node runs. */
import {
  type Expectation,
  isUndecided,
  urlTarget,
  type WantedFile,
} from "../../core/expected/mod.ts";
import type { ReadableTarget } from "../../core/importer/mod.ts";
import { type FileRecord, type FileRecords, loadManifest } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import type { Context } from "../context.ts";
import { readExpected, urlAlone } from "../expected.ts";
import type { Flags } from "../options/mod.ts";
import { openSession } from "../session.ts";
import { openTargets } from "../targets.ts";
import script from "./node_check.sh" with { type: "text" };

export async function runNodeCheck(flags: NodeCheckFlags, context: Context): Promise<void> {
  using session = openSession({ ...flags, json: true, quiet: true }, context);
  const alone = urlAlone(flags);
  if (alone !== undefined) return await write(urlTarget(alone, session.fetch), flags, context);
  await using targets = await openTargets(session, { dryRun: true });
  const [target, second] = targets.adapters;
  if (target === undefined || second !== undefined) {
    throw new BinimportError("usage", "Cannot check several targets at once", {
      hint: "Make a script for each.",
    });
  }
  await write(target, flags, context);
}

async function write(
  target: ReadableTarget,
  flags: NodeCheckFlags,
  context: Context,
): Promise<void> {
  const base = target.publicUrl?.("x")?.href.replace(/x$/, "");
  if (base === undefined) {
    const message = `Cannot check ${target.target} from a node: no URL is known`;
    const hint = "Give --url with the address that nodes fetch from.";
    throw new BinimportError("usage", message, { hint });
  }
  const expected = await readExpected(flags);
  const recorded = await recordOf(target, expected !== undefined, context.signal);
  const files: readonly WantedFile[] = expected === undefined
    ? [...recorded].map(([key, { size, sha256 }]) => ({ key, size, sha256, source: "" }))
    : decided(expected).map((one) => withSize(one, recorded.get(one.key)));
  if (files.length === 0) {
    const message = `Cannot tell what nodes will fetch from ${target.target}`;
    const hint = "Give a list of it: --expect files-amd64.list";
    throw new BinimportError("not-found", message, { hint });
  }
  const bodies = flags.full ? new Set(files) : sample(files, flags.samples);
  const lines = files.map((file) => {
    const path = target.publicUrl?.(file.key)?.href.slice(base.length).replaceAll("'", "%27") ?? "";
    return `${file.sha256 ?? "-"} ${file.size ?? "-"} ${bodies.has(file) ? "+" : "-"} ${path}`;
  });
  context.stdout.write(
    script.replace("@FILES@", () => lines.join("\n"))
      .replace("@BASE@", () => base.replaceAll("'", "%27"))
      .replace("@FORM@", flags.json ? "json" : "text"),
  );
}

/** What imports have recorded; from here the URL need not be reachable where a list tells enough. */
async function recordOf(
  target: ReadableTarget,
  isOptional: boolean,
  signal: AbortSignal,
): Promise<FileRecords> {
  try {
    return (await loadManifest(target, { signal })).files;
  } catch (error) {
    signal.throwIfAborted();
    if (isOptional) return new Map();
    throw error;
  }
}

function decided(expected: readonly Expectation[]): WantedFile[] {
  const open = expected.filter(isUndecided);
  const [first] = open;
  if (first === undefined) return expected.filter((one) => !isUndecided(one));
  const state = `${open.length} of ${expected.length} are undecided`;
  throw new BinimportError(
    "package-unreadable",
    `Cannot tell what nodes will fetch: ${state}, the first ${
      JSON.stringify(first.key)
    }: ${first.reason}`,
    { hint: first.hint },
  );
}

/** What is recorded counts for the very bytes that are expected, or where none are named. */
function withSize(file: WantedFile, record: FileRecord | undefined): WantedFile {
  if (record === undefined || (file.sha256 ?? record.sha256) !== record.sha256) return file;
  return { ...file, size: file.size ?? record.size, sha256: record.sha256 };
}

/** The smallest ones with a digest: they prove as much as large ones, in less time. */
function sample(files: readonly WantedFile[], count: number): ReadonlySet<WantedFile> {
  const rank = ({ sha256, size = Infinity }: WantedFile) => sha256 === undefined ? Infinity : size;
  return new Set(files.toSorted((a, b) => rank(a) < rank(b) ? -1 : 1).slice(0, count));
}

/** What the verb's flags give. */
export type NodeCheckFlags = Flags & { readonly samples: number; readonly full?: true };
