/** kubespray's checksums.yml, in the forms of v2.23 to master of August 2026. */
import { shownAddress } from "../util/address.ts";
import { imageArchitecture } from "../packages/mod.ts";
import { BinimportError } from "../util/errors.ts";
import { type Expectation, fill, notSet, variable, type Variables } from "./expectation.ts";
import { type Download, DOWNLOADS, isAskedFor, pathOf } from "./kubespray.ts";
import { mirrorBases, mirrorKey } from "./mirror.ts";

/** What kubean and its packages know; nodes of others are meant only by `image_arch`. */
const ARCHITECTURES = ["amd64", "arm64"];

/** Whether a text may be such a file. */
export function isChecksumsYaml(text: string): boolean {
  return /^[a-z_]+_checksums:\s*$/m.test(text);
}

type Mapping = ReadonlyMap<unknown, unknown>;

/** Reads one. Code `package-unreadable` for what is no YAML. */
export async function readChecksumsYaml(
  name: string,
  text: string,
  variables: Variables,
): Promise<Expectation[]> {
  const families = await parse(name, text);
  // From v2.28 on each digest says of which kind it is.
  const release = /:\s*["']?sha256:[0-9a-f]{64}/.test(text) ? "new" : "old";
  const expected = DOWNLOADS
    .filter(({ releases }) => releases === "all" || releases === release)
    .filter((one) => isAskedFor(one, variables))
    .flatMap((download) => {
      const tables = tablesOf(families.get(download.checksums));
      const [newest] = (tables.get("amd64") ?? tables.get(""))?.keys() ?? [];
      const version = variable(download.version, variables) ??
        (release === "new" && download.first && newest !== undefined ? String(newest) : undefined);
      return Array.from(meantBy(tables, variables), ([arch, digests]) => {
        const source = `${name}: ${download.checksums}${arch && `.${arch}`}`;
        if (version === undefined) {
          const key = pathOf(download, "VERSION", arch).replaceAll("vVERSION", "VERSION");
          return { key, ...notSet(download.version), source };
        }
        const place = placeOf(download, version, arch, variables);
        return { ...place, ...digestIn(digests, download, version, arch, name), source };
      });
    });
  if (expected.length > 0) return expected;
  const message = `Cannot tell from ${JSON.stringify(name)} what nodes will ask for`;
  throw new BinimportError("package-unreadable", `${message}: it has digests of nothing such`);
}

async function parse(name: string, text: string): Promise<Mapping> {
  const { parse } = await import("yaml");
  try {
    // Without types: 1.17 is no number, 20230807 no date.
    const value: unknown = parse(text, { schema: "failsafe", mapAsMap: true, maxAliasCount: 100 });
    if (value instanceof Map) return value;
  } catch { /* as below: its message would show lines */ }
  const message = `Cannot read ${JSON.stringify(name)}: it is no YAML`;
  throw new BinimportError("package-unreadable", message);
}

/** Digests by version, by architecture; that of files that are the same for all is empty. */
type Tables = ReadonlyMap<string, Mapping>;

function tablesOf(family: unknown): Tables {
  // krew's stand below the system's name
  const inside: unknown = family instanceof Map ? family.get("linux") ?? family : undefined;
  if (!(inside instanceof Map)) return new Map();
  const tables = new Map<string, Mapping>();
  for (const [arch, digests] of inside) {
    if (digests instanceof Map) tables.set(arch === "no_arch" ? "" : String(arch), digests);
  }
  return tables.size === 0 ? new Map([["", inside]]) : tables; // calico's, before v2.28
}

/** The tables of the architectures that are meant. */
function meantBy(tables: Tables, variables: Variables): Tables {
  const forAll = tables.get("");
  if (forAll !== undefined) return new Map([["", forAll]]);
  if (tables.size === 0) return tables;
  const set = variable("image_arch", variables) || undefined;
  // One that is named and that the file does not know must not count as nothing to ask for.
  const meant = set?.split(",").map((one) => imageArchitecture(one.trim())) ??
    ARCHITECTURES.filter((arch) => tables.has(arch));
  return new Map(meant.map((arch) => [arch, tables.get(arch) ?? new Map()]));
}

/** The address that lines of an inventory set for it, as those of its `offline.yml`; else its own. */
function placeOf(download: Download, version: string, arch: string, variables: Variables) {
  const set = variables.get(`${download.name}_download_url`);
  const own = `https://${pathOf(download, version, arch)}`;
  const about = new Map(variables).set(download.version, version);
  if (arch !== "") about.set("image_arch", arch);
  const url = set === undefined ? own : fill(set, about);
  if (typeof url !== "string") return { key: own, ...url };
  const key = mirrorKey(url, mirrorBases((name) => variable(name, variables)));
  return { key: key ?? url, url: shownAddress(url) };
}

function digestIn(
  digests: Mapping,
  { name, version: variable }: Download,
  version: string,
  arch: string,
  file: string,
) {
  const bare = version.replace(/^v/, "");
  const digest = String(digests.get(bare) ?? digests.get(`v${bare}`) ?? "0");
  if (digest === "0") {
    const reason = `${file} knows no ${name} ${version}${arch && ` for ${arch}`}`;
    return { reason, hint: `Take another version: --set ${variable}=VALUE` };
  }
  const [, sha256] = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(digest) ?? [];
  return sha256 === undefined ? {} : { sha256: sha256.toLowerCase() };
}
