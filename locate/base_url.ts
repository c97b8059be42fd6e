/** The folder behind a base URL: where files of an import belong so that nodes find them. */
import { toBytes, toText } from "./bytes.ts";
import { placeText } from "./config_text.ts";
import {
  type LocationPlace,
  newTrace,
  NoAnswer,
  noteWarning,
  type ServerPlace,
  type Trace,
  type WebAddress,
} from "./result.ts";

/** Keys as offline packages have them: each kind of ending that a location may pick out. */
export const SAMPLE_KEYS: readonly string[] = [
  "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubelet",
  "github.com/containerd/containerd/releases/download/v1.7.27/containerd-1.7.27-linux-amd64.tar.gz",
  "github.com/containernetworking/plugins/releases/download/v1.6.2/cni-plugins-linux-amd64-v1.6.2.tgz",
  "github.com/kubernetes-sigs/gateway-api/releases/download/v1.2.1/standard-install.yaml",
  "github.com/opencontainers/runc/releases/download/v1.2.6/runc.amd64",
  "get.helm.sh/helm-v3.16.4-linux-amd64.tar.gz",
  "storage.googleapis.com/gvisor/releases/release/20250512.0/x86_64/runsc.sha512",
  "tools/archives.tar.zst",
  "tools/yq.zip",
];

/** A key that no expression for endings or hosts is about. */
const PLAIN_KEY = "binimport-probe";

/** A key that is not read from the folder. */
export interface Elsewhere {
  readonly key: string;
  /** The location that takes it; null where the server itself does. */
  readonly location: LocationPlace | null;
  readonly reason: string;
}

/** Where one URL leads, by the configuration of a server. */
export interface Resolved {
  readonly server: ServerPlace;
  readonly location: LocationPlace | null;
  /** The path as the server opens it, as bytes. Nothing need exist there. */
  readonly path: string;
  readonly trace: Trace;
}

/** How a server's configuration is asked where a URL leads; throws {@linkcode NoAnswer}. */
export type Resolve = (address: WebAddress) => Promise<Resolved>;

/**
 * The folder that holds the keys under a base URL, without a slash at its end. Where sample keys
 * agree it is theirs; else that of a key that no location picks out, and `elsewhere` has the others.
 * Throws {@linkcode NoAnswer}.
 */
export async function resolveFolder(
  base: WebAddress,
  resolve: Resolve,
): Promise<Resolved & { readonly elsewhere: readonly Elsewhere[] }> {
  const samples = await Array.fromAsync(SAMPLE_KEYS, (key) => outcomeOf(base, key, resolve));
  const [first] = samples;
  const isCommon = first?.folder !== undefined &&
    samples.every((one) => one.folder === first.folder);
  const { key, found, folder } = isCommon ? first : await outcomeOf(base, PLAIN_KEY, resolve);
  if (found instanceof NoAnswer) throw found;
  if (folder === undefined) throw notBelow(found, key);
  const trace = newTrace();
  trace.steps.push(...found.trace.steps);
  for (const one of [{ found, folder }, ...samples]) {
    if (one.found instanceof NoAnswer || one.folder !== folder) continue;
    for (const warning of one.found.trace.warnings) noteWarning(trace, warning);
  }
  const elsewhere = samples.filter((one) => one.folder !== folder).map((one) => ({
    key: one.key,
    location: one.found.location ?? null,
    reason: one.found instanceof NoAnswer
      ? one.found.message
      : `it is read from ${JSON.stringify(toText(one.found.path))}`,
  }));
  warnOfElsewhere(trace, elsewhere);
  return { ...found, path: folder, trace, elsewhere };
}

/** Where one key leads; no folder where the file has not the name of the key. */
async function outcomeOf(base: WebAddress, key: string, resolve: Resolve) {
  try {
    const found = await resolve({ ...base, path: `${base.path.replace(/\/$/, "")}/${key}` });
    const path = found.path.replace(/\/{2,}/g, "/"); // an alias may double them
    const ending = `/${toBytes(key)}`;
    const folder = path.endsWith(ending) ? path.slice(0, -ending.length) : undefined;
    return { key, found, folder };
  } catch (error) {
    if (error instanceof NoAnswer) return { key, found: error, folder: undefined };
    throw error;
  }
}

function notBelow({ path, trace }: Resolved, key: string): NoAnswer {
  const isGlued = path.endsWith(toBytes(key));
  const { text, file, line } = trace.steps.at(-1) ?? {};
  const where = file && line ? ` ("${text}" at ${placeText({ file, line })})` : "";
  const read = JSON.stringify(toText(isGlued ? `${path.slice(0, -key.length)}x` : path));
  const state =
    `a file "x" under it is read from ${read}${where}, which is no folder of such files`;
  const hint = isGlued
    ? "Where the location's name ends in a slash, the alias must end in one, too."
    : "Give a URL under which files keep their names.";
  return new NoAnswer("no-file", state, hint);
}

function warnOfElsewhere(trace: Trace, elsewhere: readonly Elsewhere[]): void {
  const warned = new Set<string>();
  for (const { key, location, reason } of elsewhere) {
    const place = location === null ? reason : placeText(location);
    if (warned.has(place)) continue;
    warned.add(place);
    const by = location === null ? "" : ` by location ${location.match} at ${place}`;
    const message = `Keys such as ${JSON.stringify(key)} are taken elsewhere${by}: ${reason}`;
    const hint = "Take them out of that location, or give it the same root, and reload the server.";
    noteWarning(trace, { code: "elsewhere", message, hint });
  }
}
