/** Runs `binimport list`. */
import { builtinAdapters } from "../../adapters/mod.ts";
import type { Expectation } from "../../core/expected/mod.ts";
import {
  contentsOf,
  type ExpectedFile,
  expectedOf,
  type PackageFile,
} from "../../core/packages/mod.ts";
import { loadManifest } from "../../core/storage/mod.ts";
import { checksumLine, digestOf } from "../../core/util/digest.ts";
import { type Context, DIFFERENT } from "../context.ts";
import { expectedText, printExpected, readExpected } from "../expected.ts";
import { type Flags, foreignFlags } from "../options/mod.ts";
import { printable } from "../output/mod.ts";
import { choosePackages, readOptions } from "../packages.ts";
import { openSession, type Session } from "../session.ts";
import { openTargets } from "../targets.ts";

/**
 * Lists what the packages named give, else those that are found. With `--expect`: whether that is
 * what nodes will ask for. Gives the exit status.
 */
export async function runList(
  named: readonly string[],
  flags: ListFlags,
  context: Context,
): Promise<number> {
  using session = openSession(flags, context);
  const expected = await readExpected(flags);
  const packages = await choosePackages(named, session);
  const options = await readOptions(session);
  if (flags.summary === true) {
    await sumUp(await expectedOf(packages, options), session);
    return 0;
  }
  if (expected !== undefined) {
    const name = packages.map((one) => one.name).join(", ");
    return await expectIn(name, await expectedOf(packages, options), expected, session);
  }
  const digests = flags.sha256 === true || flags.format === "sha256sum";
  const listed = await contentsOf(packages, options, (file) => factsOf(file, digests));
  for (const [key, facts] of listed) {
    session.report.result({ key, ...facts }, lineOf(key, facts, flags));
  }
  return 0;
}

interface Facts {
  readonly size: number;
  /** Four octal digits, such as `0644`. */
  readonly mode: string;
  readonly sha256?: string;
}

async function factsOf(file: PackageFile, digests: boolean): Promise<Facts> {
  const mode = (file.mode & 0o7777).toString(8).padStart(4, "0");
  const facts = { size: file.size, mode };
  return digests ? { ...facts, sha256: (await digestOf(file.chunks())).sha256 } : facts;
}

function lineOf(key: string, { size, mode, sha256 }: Facts, { format }: ListFlags): string {
  if (format === "sha256sum" && sha256 !== undefined) return checksumLine(sha256, key);
  const digest = sha256 === undefined ? "" : `${sha256}  `;
  return `${digest}${mode}  ${String(size).padStart(12)}  ${printable(key)}\n`;
}

async function expectIn(
  name: string,
  files: readonly ExpectedFile[],
  expected: readonly Expectation[],
  session: Session,
): Promise<number> {
  const { packagesTarget } = await import("../../core/expected/mod.ts");
  const target = packagesTarget(name, new Map(files.map((file) => [file.key, file])));
  const summary = await printExpected(target, expected, "target", session);
  session.report.result(summary, expectedText(summary));
  return summary.ok ? 0 : DIFFERENT;
}

/** With a target: against what its record of imports has. */
async function sumUp(files: readonly ExpectedFile[], session: Session): Promise<void> {
  const { flags, report, signal } = session;
  const { componentRows, componentLine } = await import("./summary.ts");
  const isTargetNamed = flags.adapter !== undefined || flags.to !== undefined ||
    foreignFlags(flags, [], builtinAdapters).length > 0;
  if (!isTargetNamed) {
    for (const row of componentRows(files)) report.result(row, componentLine(row));
    return;
  }
  await using targets = await openTargets(session, { dryRun: true });
  for (const adapter of targets.adapters) {
    const record = await loadManifest(adapter, { signal });
    for (const row of componentRows(files, record.files)) {
      report.result({ ...row, target: adapter.target }, componentLine(row));
    }
  }
}

/** What the verb's flags give. */
export type ListFlags = Flags & {
  readonly summary?: true;
  readonly sha256?: true;
  readonly format: "table" | "sha256sum";
};
