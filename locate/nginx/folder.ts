/** The folder behind a base URL: where files of an import belong so that nodes find them. */
import { type LocationPlace, newTrace, noteWarning, type Trace } from "../answer.ts";
import { toBytes, toText } from "../bytes.ts";
import { NoAnswer } from "../no_answer.ts";
import type { WebAddress } from "../web_address.ts";
import type { Configuration } from "./configuration.ts";
import { locationPlace } from "./location.ts";
import { type Resolution, resolve } from "./resolve.ts";
import { directiveText } from "./scope.ts";
import { placeText } from "./source.ts";

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
  /** What happens instead. */
  readonly reason: string;
}

/** Where a base URL leads. */
export interface FolderResolution extends Omit<Resolution, "path"> {
  /** The folder, as bytes, without a slash at its end. */
  readonly folder: string;
  /** Keys under the URL that are not read from the folder. */
  readonly elsewhere: readonly Elsewhere[];
}

type Outcome =
  | { readonly key: string; readonly resolution: Resolution; readonly folder: string | undefined }
  | { readonly key: string; readonly error: NoAnswer };

/**
 * The folder that holds the keys under a base URL. Where sample keys agree it is theirs; else it is
 * that of a key that no location picks out, and the others are told. Throws {@linkcode NoAnswer}.
 */
export async function resolveFolder(
  configuration: Configuration,
  base: WebAddress,
): Promise<FolderResolution> {
  const samples: Outcome[] = [];
  for (const key of SAMPLE_KEYS) samples.push(await outcomeOf(configuration, base, key));
  const agreed = common(samples) ?? await outcomeOf(configuration, base, PLAIN_KEY);
  if ("error" in agreed) throw agreed.error;
  const { resolution, folder } = agreed;
  if (folder === undefined) throw notBelow(resolution, agreed.key);
  const trace = newTrace();
  trace.steps.push(...resolution.trace.steps);
  trace.warnings.push(...resolution.trace.warnings);
  const elsewhere = samples.flatMap((one) => elsewhereOf(one, folder));
  warnOfElsewhere(trace, elsewhere);
  return { ...resolution, folder, elsewhere, trace };
}

async function outcomeOf(
  configuration: Configuration,
  base: WebAddress,
  key: string,
): Promise<Outcome> {
  try {
    const path = `${base.path.replace(/\/$/, "")}/${key}`;
    const resolution = await resolve(configuration, { ...base, path });
    return { key, resolution, folder: folderOf(resolution.path, key) };
  } catch (error) {
    if (error instanceof NoAnswer) return { key, error };
    throw error;
  }
}

/** The folder that a path lies in under the name of its key. Slashes may be doubled by an alias. */
function folderOf(path: string, key: string): string | undefined {
  const plain = path.replace(/\/{2,}/g, "/");
  const ending = `/${toBytes(key)}`;
  return plain.endsWith(ending) ? plain.slice(0, -ending.length) : undefined;
}

/** The first sample, if all lie in one folder. */
function common(samples: readonly Outcome[]): Outcome | undefined {
  const [first] = samples;
  if (first === undefined || "error" in first || first.folder === undefined) return undefined;
  return samples.every((one) => "folder" in one && one.folder === first.folder) ? first : undefined;
}

function notBelow({ path, scope }: Resolution, key: string): NoAnswer {
  const glued = path.endsWith(toBytes(key));
  const alias = scope.block.block?.find(({ name }) => name === "alias");
  const where = alias === undefined ? "" : ` ("${directiveText(alias)}" at ${placeText(alias)})`;
  return new NoAnswer(
    "no-file",
    `a file "x" under it is read from ${
      JSON.stringify(toText(glued ? path.slice(0, -key.length) + "x" : path))
    }${where}, which is no folder of such files`,
    glued
      ? "Where the location's name ends in a slash, the alias must end in one, too."
      : "Give a URL under which files keep their names.",
  );
}

function elsewhereOf(outcome: Outcome, folder: string): Elsewhere[] {
  const { key } = outcome;
  if ("error" in outcome) {
    const { message: reason, location = null } = outcome.error;
    return [{ key, location, reason }];
  }
  if (outcome.folder === folder) return [];
  const { location, path } = outcome.resolution;
  const reason = `it is read from ${JSON.stringify(toText(path))}`;
  return [{ key, location: location === undefined ? null : locationPlace(location), reason }];
}

/** One warning for each location, with the first key that it takes. */
function warnOfElsewhere(trace: Trace, elsewhere: readonly Elsewhere[]): void {
  const groups = Map.groupBy(
    elsewhere,
    ({ location, reason }) => location === null ? reason : placeText(location),
  );
  for (const [first] of groups.values()) {
    if (first === undefined) continue;
    const { key, location, reason } = first;
    const by = location === null ? "" : ` by location ${location.match} at ${placeText(location)}`;
    noteWarning(trace, {
      code: "elsewhere",
      message: `Keys such as ${JSON.stringify(key)} are taken elsewhere${by}: ${reason}`,
      hint: "Take them out of that location, or give it the same root, and reload nginx.",
    });
  }
}
