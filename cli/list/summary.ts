/** `list --summary`: what packages hold, by component, version and architecture. */
import type { ExpectedFile } from "../../core/packages/mod.ts";
import type { FileRecord } from "../../core/storage/mod.ts";
import { formatBytes, formatCount } from "../../core/util/units.ts";

/** One component in one version for one architecture. */
export interface ComponentRow {
  readonly component: string;
  /** As its files have it, such as `1.32.4`; absent where they tell none. */
  readonly version?: string;
  /** As its files have it, such as `amd64`; absent where they tell none. */
  readonly architecture?: string;
  readonly files: number;
  readonly bytes: number;
  /**
   * Against a target: `new` is not there, `changed` is there with other bytes, `present` is there as
   * it is; `superseded` is there only, in a version that the packages do not hold.
   */
  readonly state?: "new" | "changed" | "present" | "superseded";
}

/** A file, as far as it is summed up. */
type SummedFile = Pick<ExpectedFile, "key" | "size" | "sha256">;

const VERSION = /\d+(?:\.\d+)+/;
const ARCHITECTURE =
  /(?<![a-z0-9])(?:amd64|x86_64|arm64|aarch64|ppc64le|s390x|riscv64)(?![a-z0-9])/;

/** Where the name of a component ends: a version, a system, an architecture, an ending. */
const NAME_ENDS =
  /[-_.]?(?:v?\d[\d.]*|linux|amd64|x86_64|arm64|aarch64|ppc64le|s390x|riscv64|tar|tgz|zip)(?![a-z])/;

/** Rows by component, then version; `there` is the target's record, where one is named. */
export function summarise(
  files: Iterable<SummedFile>,
  there?: ReadonlyMap<string, FileRecord>,
): ComponentRow[] {
  const held = [...files];
  const rows = rowsOf(held, (file) => there && stateOf(file, there.get(file.key)));
  if (there === undefined) return rows;
  const components = new Set(held.map(({ key }) => componentOf(key)));
  const keys = new Set(held.map(({ key }) => key));
  const others = [...there].filter(([key]) => !keys.has(key) && components.has(componentOf(key)))
    .map(([key, { size, sha256 }]) => ({ key, size, sha256 }));
  return [...rows, ...rowsOf(others, () => "superseded")].sort(byName);
}

/** The row as a line of a table. */
export function summaryLine(row: ComponentRow): string {
  const { component, version = "-", architecture = "-", files, bytes, state = "" } = row;
  const size = formatBytes(bytes).padStart(8);
  return `${component.padEnd(28)} ${version.padEnd(12)} ${architecture.padEnd(8)} ${
    formatCount(files, "file").padStart(10)
  } ${size}  ${state}`.trimEnd() + "\n";
}

function rowsOf(
  files: readonly SummedFile[],
  state: (file: SummedFile) => ComponentRow["state"],
): ComponentRow[] {
  const rows = new Map<string, ComponentRow>();
  for (const file of files) {
    const one = { ...identityOf(file.key), ...optional("state", state(file)) };
    const id = JSON.stringify(one);
    const { files = 0, bytes = 0 } = rows.get(id) ?? {};
    rows.set(id, { ...one, files: files + 1, bytes: bytes + file.size });
  }
  return [...rows.values()].sort(byName);
}

function stateOf(file: SummedFile, record: FileRecord | undefined): ComponentRow["state"] {
  return record === undefined ? "new" : record.sha256 === file.sha256 ? "present" : "changed";
}

function identityOf(key: string): Pick<ComponentRow, "component" | "version" | "architecture"> {
  const name = key.slice(key.lastIndexOf("/") + 1);
  return {
    component: componentOf(key),
    ...optional("version", (VERSION.exec(name) ?? VERSION.exec(key))?.[0]),
    ...optional("architecture", (ARCHITECTURE.exec(name) ?? ARCHITECTURE.exec(key))?.[0]),
  };
}

/** A source archive is named by its version alone: then the repository's name is taken. */
function componentOf(key: string): string {
  const parts = key.split("/");
  const name = parts.at(-1) ?? "";
  const component = name.slice(0, NAME_ENDS.exec(name)?.index ?? name.length);
  return component || parts[2] || name;
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [_ in Name]?: Value } {
  return value === undefined ? {} : { [name]: value } as { [_ in Name]?: Value };
}

function byName(a: ComponentRow, b: ComponentRow): number {
  return a.component.localeCompare(b.component) ||
    (a.architecture ?? "").localeCompare(b.architecture ?? "") ||
    (a.version ?? "").localeCompare(b.version ?? "", "en", { numeric: true });
}
