/** Runs `binimport list`. */
import {
  architectureIn,
  ARCHITECTURES,
  contentsOf,
  type ExpectedFile,
  expectedOf,
} from "../../core/packages/mod.ts";
import { type FileRecords, loadManifest } from "../../core/storage/mod.ts";
import { checksumLine, digestOf } from "../../core/util/digest.ts";
import { formatBytes, formatCount, formatMode } from "../../core/util/units.ts";
import { DIFFERENT } from "../context.ts";
import { expectedText, printExpected, readExpected } from "../expected.ts";
import { isTargetNamed } from "../options/mod.ts";
import { printable } from "../output/mod.ts";
import { choosePackages, readOptions } from "../packages.ts";
import type { Session } from "../session.ts";
import { openTargets } from "../targets.ts";

/** Lists what packages give, or with `--expect` whether that is all that nodes will ask for. */
export async function runList(session: Session, named: readonly string[]): Promise<number> {
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
    const files = await contentsOf(packages, options, (file) => digestOf(file.chunks()));
    const target = packagesTarget(packages.map(({ name }) => name).join(", "), files);
    const found = await printExpected(target, expected, "target", session);
    report.result(found, expectedText(found));
    return found.ok ? 0 : DIFFERENT;
  }
  const isHashed = sha256 === true || format === "sha256sum";
  const listed = await contentsOf(packages, options, async (file) => ({
    size: file.size,
    mode: formatMode(file.mode),
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

/** One component in one version for one architecture, as names of files tell. */
interface ComponentRow {
  readonly component: string;
  readonly version?: string | undefined;
  readonly architecture?: string | undefined;
  /** Against a target; `superseded` is there only, in a version that the packages do not hold. */
  readonly state?: "new" | "changed" | "present" | "superseded" | undefined;
  readonly files: number;
  readonly bytes: number;
}

const VERSION = /\d+(?:\.\d+)+/;

/** Where the name of a component ends: a version, a system, an architecture, an ending. */
const NAME_ENDS = new RegExp(`[-_.]?(?:v?\\d[\\d.]*|linux|${ARCHITECTURES}|tar|tgz|zip)(?![a-z])`);

/** Rows by component, then version; `there` is the target's record, where one is named. */
export function componentRows(files: readonly ExpectedFile[], there?: FileRecords): ComponentRow[] {
  const stateOf = ({ key, sha256 }: ExpectedFile): ComponentRow["state"] => {
    const record = there?.get(key);
    if (record === undefined) return there && "new";
    return record.sha256 === sha256 ? "present" : "changed";
  };
  const components = new Set(files.map(({ key }) => componentOf(key)));
  const keys = new Set(files.map(({ key }) => key));
  const others = [...there ?? []].map(([key, { size }]) => ({ key, size }))
    .filter(({ key }) => !keys.has(key) && components.has(componentOf(key)));
  const told = [
    ...files.map((file) => ({ ...identityOf(file.key), state: stateOf(file), size: file.size })),
    ...others.map(({ key, size }) => ({ ...identityOf(key), state: "superseded", size }) as const),
  ];
  const rows = new Map<string, ComponentRow>();
  for (const { size, ...identity } of told) {
    const name = JSON.stringify(identity);
    const { files = 0, bytes = 0 } = rows.get(name) ?? {};
    rows.set(name, { ...identity, files: files + 1, bytes: bytes + size });
  }
  return [...rows.values()].sort((a, b) =>
    a.component.localeCompare(b.component) ||
    (a.architecture ?? "").localeCompare(b.architecture ?? "") ||
    (a.version ?? "").localeCompare(b.version ?? "", "en", { numeric: true })
  );
}

function componentLine(row: ComponentRow): string {
  const { component, version = "-", architecture = "-", files, bytes, state = "" } = row;
  const cells = [
    component.padEnd(28),
    version.padEnd(12),
    architecture.padEnd(8),
    formatCount(files, "file").padStart(10),
    formatBytes(bytes).padStart(8),
    ` ${state}`,
  ];
  return `${cells.join(" ").trimEnd()}\n`;
}

function identityOf(key: string) {
  const name = key.slice(key.lastIndexOf("/") + 1);
  return {
    component: componentOf(key),
    version: (VERSION.exec(name) ?? VERSION.exec(key))?.[0],
    architecture: architectureIn(name) ?? architectureIn(key),
  };
}

/** A source archive is named by its version alone: then the repository's name is taken. */
function componentOf(key: string): string {
  const parts = key.split("/");
  const name = parts.at(-1) ?? "";
  const component = name.slice(0, NAME_ENDS.exec(name)?.index ?? name.length);
  return component || parts[2] || name;
}
