/** The layout of a mirror: `HOST/PATH` of every address below one base address. */
import { packageKey } from "../packages/mod.ts";
import { parseAddress } from "../util/address.ts";
import { tried } from "../util/tried.ts";

/** By these kubespray (v2.25 on) goes to a mirror; none of its roles reads `files_repo` itself. */
export const HOSTS: readonly (readonly [variable: string, host: string])[] = [
  ["dl_k8s_io_url", "dl.k8s.io"],
  ["github_url", "github.com"],
  ["storage_googleapis_url", "storage.googleapis.com"],
  ["get_helm_url", "get.helm.sh"],
];

/** All variables for a mirror at `base`, an address without a slash at its end. */
export function mirrorVariables(base: string): Record<string, string> {
  const hosts = HOSTS.map(([name, host]) => [name, `${base}/${host}`]);
  return { files_repo: base, ...Object.fromEntries(hosts) };
}

/** The same as lines of YAML. */
export function mirrorLines(base: string): string[] {
  return Object.entries(mirrorVariables(base)).map(([name, value]) => `${name}: "${value}"`);
}

/** The old address of files that lie elsewhere today; packages hold them under the new one. */
const MOVED = /^storage\.googleapis\.com\/kubernetes-release\//;

/** The folder that every list's files were fetched into by `wget -x -P offline-files`. */
const TOP_FOLDER = "offline-files/";

/**
 * The key under which a mirror stores what an http(s) URL, or a path, names, if it names a file.
 * `bases` are addresses of mirrors, each with the folder that it stands for. Code `package-hostile` for
 * a name that could leave the target.
 */
export function mirrorKey(
  text: string,
  bases: ReadonlyMap<string, string> = new Map(),
): string | undefined {
  const url = /^https?:\/\//i.test(text) ? parseAddress(text) : undefined;
  const path = url === undefined ? text : decoded(below(url.host + url.pathname, bases));
  const key = packageKey(path.replace(/^(?:\.?\/)+/, ""), 0);
  if (key === undefined || path.endsWith("/")) return undefined;
  const short = key.startsWith(TOP_FOLDER) ? packageKey(key.slice(TOP_FOLDER.length), 0) : key;
  return short?.replace(MOVED, "dl.k8s.io/");
}

/** What variables say of mirrors, with or without TLS, for {@linkcode mirrorKey}; the longest first. */
export function mirrorBases(
  valueOf: (variable: string) => string | undefined,
): Map<string, string> {
  const bases = [["files_repo", ""] as const, ...HOSTS].flatMap(([name, host]) => {
    const url = parseAddress(valueOf(name) ?? "");
    return url ? [[(url.host + url.pathname).replace(/\/+$/, ""), host] as const] : [];
  });
  return new Map(bases.sort(([a], [b]) => b.length - a.length));
}

function below(address: string, bases: ReadonlyMap<string, string>): string {
  const [base, host] = bases.entries().find(([base]) => address.startsWith(`${base}/`)) ?? [];
  return base === undefined ? address : host + address.slice(base.length + (host ? 0 : 1));
}

/** Whoever fetches a list saves files under their names, not under names with `%`. */
function decoded(path: string): string {
  return tried(() => decodeURIComponent(path)) ?? path; // a `%` may encode nothing
}
