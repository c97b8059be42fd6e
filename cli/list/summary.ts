/** `list --summary`: what packages hold, by component, version and architecture. */
import { architectureIn, ARCHITECTURES, type ExpectedFile } from "../../core/packages/mod.ts";
import type { FileRecords } from "../../core/storage/mod.ts";
import { formatBytes, formatCount } from "../../core/util/units.ts";

/** What names of files tell of one. */
interface Component {
  readonly component: string;
  /** As its files have it, such as `1.32.4`; absent where they tell none. */
  readonly version?: string | undefined;
  /** As its files have it, such as `amd64`; absent where they tell none. */
  readonly architecture?: string | undefined;
  /**
   * Against a target: `new` is not there, `changed` is there with other bytes, `present` is there as
   * it is; `superseded` is there only, in a version that the packages do not hold.
   */
  readonly state?: "new" | "changed" | "present" | "superseded" | undefined;
}

/** One component in one version for one architecture. */
export interface ComponentRow extends Component {
  readonly files: number;
  readonly bytes: number;
}

const VERSION = /\d+(?:\.\d+)+/;

/** Where the name of a component ends: a version, a system, an architecture, an ending. */
const NAME_ENDS = new RegExp(
  `[-_.]?(?:v?\\d[\\d.]*|linux|${ARCHITECTURES}|tar|tgz|zip)(?![a-z])`,
);

/** Rows by component, then version; `there` is the target's record, where one is named. */
export function componentRows(
  files: readonly ExpectedFile[],
  there?: FileRecords,
): ComponentRow[] {
  if (there === undefined) return rowsOf(files, () => undefined);
  const components = new Set(files.map(({ key }) => componentOf(key)));
  const keys = new Set(files.map(({ key }) => key));
  const others = Array.from(there, ([key, { size, sha256 }]) => ({ key, size, sha256 }))
    .filter(({ key }) => !keys.has(key) && components.has(componentOf(key)));
  const rows = rowsOf(files, ({ key, sha256 }) => {
    const record = there.get(key);
    return record === undefined ? "new" : record.sha256 === sha256 ? "present" : "changed";
  });
  return [...rows, ...rowsOf(others, () => "superseded")].sort(byName);
}

/** The row as a line of a table. */
export function componentLine(row: ComponentRow): string {
  const { component, version = "-", architecture = "-", files, bytes, state = "" } = row;
  const size = formatBytes(bytes).padStart(8);
  return `${component.padEnd(28)} ${version.padEnd(12)} ${architecture.padEnd(8)} ${
    formatCount(files, "file").padStart(10)
  } ${size}  ${state}`.trimEnd() + "\n";
}

function rowsOf(
  files: readonly ExpectedFile[],
  state: (file: ExpectedFile) => Component["state"],
): ComponentRow[] {
  const told = files.map((file) => ({ ...identityOf(file.key), state: state(file), file }));
  const rows = Map.groupBy(told, ({ file: _, ...one }) => JSON.stringify(one));
  return [...rows.values()].flatMap((group) =>
    group.slice(0, 1).map(({ file: _, ...one }) => ({
      ...one,
      files: group.length,
      bytes: group.reduce((sum, { file }) => sum + file.size, 0),
    }))
  ).sort(byName);
}

function identityOf(key: string): Component {
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

function byName(a: ComponentRow, b: ComponentRow): number {
  return a.component.localeCompare(b.component) ||
    (a.architecture ?? "").localeCompare(b.architecture ?? "") ||
    (a.version ?? "").localeCompare(b.version ?? "", "en", { numeric: true });
}
