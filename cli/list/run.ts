/** Runs `binimport list`. */
import { contentsOf, type ExpectedFile, expectedOf } from "../../core/packages/mod.ts";
import { loadManifest } from "../../core/storage/mod.ts";
import { checksumLine, digestOf } from "../../core/util/digest.ts";
import { DIFFERENT } from "../context.ts";
import { expectedText, printExpected, readExpected } from "../expected.ts";
import { type Flags, isTargetNamed } from "../options/mod.ts";
import { printable } from "../output/mod.ts";
import { choosePackages, readOptions } from "../packages.ts";
import type { Session } from "../session.ts";
import { openTargets } from "../targets.ts";

/** What the verb's flags give. */
export type ListFlags = Flags & {
  readonly summary?: true;
  readonly sha256?: true;
  readonly format: "table" | "sha256sum";
};

/**
 * Lists what the packages named give, else those that are found. With `--expect`: whether that is
 * what nodes will ask for. Gives the exit status.
 */
export async function runList(
  session: Session<ListFlags>,
  named: readonly string[],
): Promise<number> {
  const { flags: { summary, sha256, format }, report } = session;
  const expected = await readExpected(session.flags);
  const packages = await choosePackages(named, session);
  const options = await readOptions(session);
  if (summary === true) {
    await sumUp(await expectedOf(packages, options), session);
    return 0;
  }
  if (expected !== undefined) {
    const { packagesTarget } = await import("../../core/expected/mod.ts");
    const files = (await expectedOf(packages, options)).map((file) => [file.key, file] as const);
    const target = packagesTarget(packages.map(({ name }) => name).join(", "), new Map(files));
    const found = await printExpected(target, expected, "target", session);
    report.result(found, expectedText(found));
    return found.ok ? 0 : DIFFERENT;
  }
  const isHashed = sha256 === true || format === "sha256sum";
  const listed = await contentsOf(packages, options, async (file) => ({
    size: file.size,
    mode: (file.mode & 0o7777).toString(8).padStart(4, "0"),
    sha256: isHashed ? (await digestOf(file.chunks())).sha256 : undefined,
  }));
  for (const [key, facts] of listed) {
    const { size, mode, sha256 = "" } = facts;
    const digest = sha256 && `${sha256}  `;
    const row = `${digest}${mode}  ${String(size).padStart(12)}  ${printable(key)}\n`;
    report.result({ key, ...facts }, format === "sha256sum" ? checksumLine(sha256, key) : row);
  }
  return 0;
}

/** With a target: against what its record of imports has. */
async function sumUp(files: readonly ExpectedFile[], session: Session): Promise<void> {
  const { flags, report, signal } = session;
  const { componentRows, componentLine } = await import("./summary.ts");
  if (!isTargetNamed(flags)) {
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
