/** Runs `binimport list`. */
import type { Expectation } from "../../core/expected/mod.ts";
import { type Fetch, httpFetch } from "../../core/http/mod.ts";
import {
  expectedOf,
  type Package,
  type PackageItem,
  requireExpected,
} from "../../core/packages/mod.ts";
import { loadManifest } from "../../core/storage/mod.ts";
import { checksumLine, digestOf } from "../../core/util/digest.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { type Context, exitStatus } from "../context.ts";
import { type ExpectFlags, readExpected } from "../expect_options.ts";
import { expectedText, printExpected } from "../expected_output.ts";
import {
  type AdapterFlags,
  type NetworkFlags,
  type OutputFlags,
  outputOptions,
  type PackageFlags,
  type TargetFlags,
} from "../options/mod.ts";
import { printable, type Reporter, reporter } from "../output/mod.ts";
import { choosePackages, readOptions } from "../packages.ts";
import { openTargets } from "../targets.ts";

/** What is listed of one key. */
interface Listed {
  readonly key: string;
  readonly size: number;
  /** Four octal digits, such as `0644`. */
  readonly mode: string;
  readonly sha256?: string;
}

/**
 * Lists what the packages named give, else those that are found. With `--expect`: whether that is
 * what nodes will ask for. Gives the exit status.
 */
export async function runList(
  named: readonly string[],
  flags: ListFlags,
  context: Context,
): Promise<number> {
  using report = reporter(context, outputOptions(flags));
  using fetch = httpFetch();
  const expected = await readExpected(flags);
  if (flags.summary === true) return await sumUp(named, flags, context, fetch, report);
  if (expected !== undefined) return await expectOf(named, expected, flags, context, fetch, report);
  const listed = new Map<string, Listed>();
  for (const one of await choosePackages(named, context, fetch, flags)) {
    for (const item of await listPackage(one, flags, report, context.signal)) {
      listed.set(item.key, item);
    }
  }
  for (const item of listed.values()) report.result(item, lineOf(item, flags));
  return 0;
}

function lineOf({ key, size, mode, sha256 }: Listed, { format }: ListFlags): string {
  if (format === "sha256sum" && sha256 !== undefined) return checksumLine(sha256, key);
  const digest = sha256 === undefined ? "" : `${sha256}  `;
  return `${digest}${mode}  ${String(size).padStart(12)}  ${printable(key)}\n`;
}

async function expectOf(
  named: readonly string[],
  expected: readonly Expectation[],
  flags: ListFlags,
  context: Context,
  fetch: Fetch,
  report: Reporter,
): Promise<number> {
  const { packagesTarget } = await import("../../core/expected/mod.ts");
  const { signal } = context;
  const packages = await choosePackages(named, context, fetch, flags);
  const files = await expectedOf(packages, { ...(await readOptions(flags, report)), signal });
  const name = packages.map((one) => one.name).join(", ");
  const target = packagesTarget(name, new Map(files.map((file) => [file.key, file])));
  const summary = await printExpected(target, expected, { mode: "target", fetch, signal }, {
    report,
  });
  report.result(summary, expectedText(summary));
  return summary.ok ? 0 : exitStatus(new BinimportError("difference", ""));
}

/** With a target: against what its record of imports has. */
async function sumUp(
  named: readonly string[],
  flags: ListFlags,
  context: Context,
  fetch: Fetch,
  report: Reporter,
): Promise<number> {
  const { summarise, summaryLine } = await import("./summary.ts");
  const { signal } = context;
  const packages = await choosePackages(named, context, fetch, flags);
  const files = await expectedOf(packages, { ...(await readOptions(flags, report)), signal });
  if (!NAME_A_TARGET.some((name) => flags[name] !== undefined)) {
    for (const row of summarise(files)) report.result(row, summaryLine(row));
    return 0;
  }
  await using targets = await openTargets(flags, context, report, { dryRun: true });
  for (const adapter of targets.adapters) {
    const record = await loadManifest(adapter, { signal });
    for (const row of summarise(files, record.files)) {
      report.result({ ...row, target: adapter.target }, summaryLine(row));
    }
  }
  return 0;
}

/** Options that say where packages go: without one of them there is nothing to compare with. */
const NAME_A_TARGET = ["adapter", "to", "root", "url", "endpoint", "container", "pod"] as const;

/** Nothing is listed of a package before it was found right. */
async function listPackage(
  one: Package,
  flags: ListFlags,
  report: Reporter,
  signal: AbortSignal,
): Promise<Iterable<Listed>> {
  const reading = one.read({ ...(await readOptions(flags, report)), signal });
  const listed = new Map<string, Listed>();
  for await (const item of reading.items) await add(listed, item, flags);
  requireExpected(one, reading.sha256());
  return listed.values();
}

async function add(
  listed: Map<string, Listed>,
  item: PackageItem,
  { sha256, format }: ListFlags,
): Promise<void> {
  switch (item.kind) {
    case "restart":
      return listed.clear();
    case "copy": {
      const file = listed.get(item.of);
      if (file !== undefined) listed.set(item.key, { ...file, key: item.key });
      return;
    }
    case "file": {
      const { key, size } = item;
      const mode = (item.mode & 0o7777).toString(8).padStart(4, "0");
      const facts = { key, size, mode };
      listed.set(
        key,
        sha256 === true || format === "sha256sum"
          ? { ...facts, sha256: (await digestOf(item.chunks())).sha256 }
          : facts,
      );
    }
  }
}

/** Values of its flags as the parser gives them. */
export type ListFlags =
  & PackageFlags
  & OutputFlags
  & ExpectFlags
  & TargetFlags
  & NetworkFlags
  & AdapterFlags
  & {
    readonly summary?: true;
    readonly sha256?: true;
    readonly format: "table" | "sha256sum";
  };
