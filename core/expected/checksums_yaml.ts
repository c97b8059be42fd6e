/** kubespray's checksums.yml, in the forms of v2.23 to v2.31. */
import { BinimportError } from "../util/errors.ts";
import { type Expectation, notSet } from "./expectation.ts";
import { type Download, DOWNLOADS, isAskedFor, pathOf } from "./kubespray.ts";
import { mirrorKey } from "./mirror.ts";
import { variable } from "./template.ts";

/** What kubean and its packages know; nodes of others are meant only by `image_arch`. */
const ARCHITECTURES = ["amd64", "arm64"];

/** Whether a text may be such a file. */
export function isChecksumsYaml(text: string): boolean {
  return /^[a-z_]+_checksums:\s*$/m.test(text);
}

type Variables = ReadonlyMap<string, string>;
type Mapping = ReadonlyMap<unknown, unknown>;

interface Table {
  readonly download: Download;
  /** Empty for files that are the same for all. */
  readonly arch: string;
  readonly digests: Mapping;
  /** What kubespray takes unless a version is set. */
  readonly first: string | undefined;
}

/** Reads one. Code `package-unreadable` for what is no YAML. */
export async function readChecksumsYaml(
  name: string,
  text: string,
  variables: Variables,
): Promise<Expectation[]> {
  const families = await parse(name, text);
  // From v2.28 on each digest says of which kind it is.
  const release = /:\s*["']?sha256:[0-9a-f]{64}/.test(text) ? "new" : "old";
  return DOWNLOADS
    .filter(({ releases }) => releases === "all" || releases === release)
    .filter((one) => isAskedFor(one, variables))
    .flatMap((download) => tablesOf(download, families.get(download.checksums), variables, release))
    .map((table) => expectationOf(table, name, variables));
}

async function parse(name: string, text: string): Promise<Mapping> {
  const { parse } = await import("yaml");
  try {
    // Without types: 1.17 is no number, 20230807 no date.
    const value: unknown = parse(text, { schema: "failsafe", mapAsMap: true, maxAliasCount: 100 });
    if (value instanceof Map) return value;
  } catch {
    // As below: its message would show lines.
  }
  throw new BinimportError(
    "package-unreadable",
    `Cannot read ${JSON.stringify(name)}: it is no YAML`,
  );
}

function tablesOf(
  download: Download,
  family: unknown,
  variables: Variables,
  release: "old" | "new",
): Table[] {
  if (!(family instanceof Map)) return [];
  const inside: unknown = family.get("linux") ?? family; // krew's stand below the system's name
  if (!(inside instanceof Map)) return [];
  const byArch = new Map<string, Mapping>();
  for (const [arch, digests] of inside) {
    if (digests instanceof Map) byArch.set(String(arch), digests);
  }
  const [newest] = (byArch.get("amd64") ?? byArch.get("no_arch") ?? new Map()).keys();
  const first = release === "new" && download.first && newest !== undefined
    ? String(newest)
    : undefined;
  const table = (arch: string, digests: Mapping) => ({ download, arch, digests, first });
  const forAll = byArch.get("no_arch");
  if (forAll !== undefined) return [table("", forAll)];
  if (byArch.size === 0) return [table("", inside)]; // calico's, before v2.28
  const set = variable("image_arch", variables)?.split(",").map((one) => one.trim());
  return (set ?? ARCHITECTURES).flatMap((arch) => {
    const digests = byArch.get(arch);
    return digests === undefined ? [] : [table(arch, digests)];
  });
}

function expectationOf(
  { download, arch, digests, first }: Table,
  file: string,
  variables: Variables,
): Expectation {
  const source = `${file}: ${download.checksums}${arch === "" ? "" : `.${arch}`}`;
  const version = variable(download.version, variables) ?? first;
  if (version === undefined) {
    const key = pathOf(download, "VERSION", arch).replaceAll("vVERSION", "VERSION");
    return { key, ...notSet(download.version), source };
  }
  const path = pathOf(download, version, arch);
  const key = mirrorKey(path) ?? path;
  const bare = version.replace(/^v/, "");
  const digest = String(digests.get(bare) ?? digests.get(`v${bare}`) ?? "0");
  if (digest === "0") {
    const reason = `${file} knows no ${download.name} ${version}${
      arch === "" ? "" : ` for ${arch}`
    }`;
    return { key, reason, hint: `Take another version: --set ${download.version}=VALUE`, source };
  }
  const [, sha256] = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(digest) ?? [];
  const facts = { key, url: `https://${path}`, source };
  return sha256 === undefined ? facts : { ...facts, sha256: sha256.toLowerCase() };
}
