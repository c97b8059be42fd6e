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
  /** Null where no location matches and the server itself answers. */
  readonly location: LocationPlace | null;
  /** The path as the server opens it, as bytes. Nothing need exist there. */
  readonly path: string;
  readonly trace: Trace;
}

/** How a server's configuration is asked where a URL leads; throws {@linkcode NoAnswer}. */
export type Resolve = (address: WebAddress) => Promise<Resolved>;

/** Where a base URL leads. */
export interface FolderResolution {
  /** Where the key leads that stands for all of them. */
  readonly found: Resolved;
  /** The folder, as bytes, without a slash at its end. */
  readonly folder: string;
  /** Keys under the URL that are not read from the folder. */
  readonly elsewhere: readonly Elsewhere[];
  readonly trace: Trace;
}

/** Where one key leads. */
interface Outcome {
  readonly key: string;
  readonly found: Resolved | NoAnswer;
  /** Absent where the file has not the name of the key. */
  readonly folder?: string;
}

/**
 * The folder that holds the keys under a base URL. Where sample keys agree it is theirs; else it is
 * that of a key that no location picks out, and the others are told. Throws {@linkcode NoAnswer}.
 */
export async function resolveFolder(base: WebAddress, resolve: Resolve): Promise<FolderResolution> {
  const samples: Outcome[] = [];
  for (const key of SAMPLE_KEYS) samples.push(await outcomeOf(base, key, resolve));
  const [first] = samples;
  const isCommon = first?.folder !== undefined &&
    samples.every((one) => one.folder === first.folder);
  const agreed = isCommon ? first : await outcomeOf(base, PLAIN_KEY, resolve);
  const { found, folder } = agreed;
  if (found instanceof NoAnswer) throw found;
  if (folder === undefined) throw notBelow(found, agreed.key);
  const trace = newTrace();
  trace.steps.push(...found.trace.steps);
  for (const one of [agreed, ...samples]) {
    if (one.found instanceof NoAnswer || one.folder !== folder) continue;
    for (const warning of one.found.trace.warnings) noteWarning(trace, warning);
  }
  const elsewhere = samples.filter((one) => one.folder !== folder).map(elsewhereOf);
  warnOfElsewhere(trace, elsewhere);
  return { found, folder, elsewhere, trace };
}

async function outcomeOf(base: WebAddress, key: string, resolve: Resolve): Promise<Outcome> {
  try {
    const found = await resolve({ ...base, path: `${base.path.replace(/\/$/, "")}/${key}` });
    const path = found.path.replace(/\/{2,}/g, "/"); // an alias may double them
    const ending = `/${toBytes(key)}`;
    return path.endsWith(ending)
      ? { key, found, folder: path.slice(0, -ending.length) }
      : { key, found };
  } catch (error) {
    if (error instanceof NoAnswer) return { key, found: error };
    throw error;
  }
}

function notBelow({ path, trace }: Resolved, key: string): NoAnswer {
  const glued = path.endsWith(toBytes(key));
  const { text, file, line } = trace.steps.at(-1) ?? { text: "" };
  const where = file === undefined || line === undefined
    ? ""
    : ` ("${text}" at ${placeText({ file, line })})`;
  const read = JSON.stringify(toText(glued ? path.slice(0, -key.length) + "x" : path));
  return new NoAnswer(
    "no-file",
    `a file "x" under it is read from ${read}${where}, which is no folder of such files`,
    glued
      ? "Where the location's name ends in a slash, the alias must end in one, too."
      : "Give a URL under which files keep their names.",
  );
}

function elsewhereOf({ key, found }: Outcome): Elsewhere {
  const { location = null } = found;
  const reason = found instanceof NoAnswer
    ? found.message
    : `it is read from ${JSON.stringify(toText(found.path))}`;
  return { key, location, reason };
}

/** One warning for each location, with the first key that it takes. */
function warnOfElsewhere(trace: Trace, elsewhere: readonly Elsewhere[]): void {
  const told = new Set<string>();
  for (const { key, location, reason } of elsewhere) {
    const place = location === null ? reason : placeText(location);
    if (told.has(place)) continue;
    told.add(place);
    const by = location === null ? "" : ` by location ${location.match} at ${place}`;
    noteWarning(trace, {
      code: "elsewhere",
      message: `Keys such as ${JSON.stringify(key)} are taken elsewhere${by}: ${reason}`,
      hint: "Take them out of that location, or give it the same root, and reload the server.",
    });
  }
}
