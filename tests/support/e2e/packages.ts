/** Packages as a release ships them: made by the real tar, from a tree laid out by `wget -x`. */
import { dirname } from "node:path";
import { noise } from "../chunks.ts";
import { oncePerFile } from "../once_per_file.ts";
import { run } from "../run.ts";
import { sha256 } from "../tar_model.ts";

/** Contents by key. */
export type Tree = ReadonlyMap<string, Uint8Array>;

/** The two packages of a release in a folder of their own, which disposing removes. */
export interface Release extends AsyncDisposable {
  readonly folder: string;
  /** Path of `offline-files.tar.gz`. */
  readonly offlineFiles: string;
  /** Path of `component-tools.tar.gz`. */
  readonly componentTools: string;
  /** What both hold, by the key that it gets. */
  readonly files: Tree;
}

/** A path of more than 100 characters, which takes a header of its own in a tar. */
const CALICO =
  "raw.githubusercontent.com/projectcalico/calico/v3.29.1/manifests/ocp/crds/calico/crd.projectcalico.org_ipamconfigs.yaml";

const OFFLINE_FILES: Tree = new Map([
  ["dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubelet", noise(6_000_000, 1)],
  ["dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubectl", noise(3_000_001, 2)],
  ["github.com/etcd-io/etcd/releases/download/v3.5.16/etcd-v3.5.16+1.tar.gz", noise(70_000, 3)],
  [CALICO, new TextEncoder().encode("kind: CustomResourceDefinition\n".repeat(40))],
  ["get.helm.sh/odd name %2F é ?+&.yaml", new TextEncoder().encode("a: 1\n")],
  ["get.helm.sh/empty", new Uint8Array(0)],
]);

const COMPONENT_TOOLS: Tree = new Map(
  Array.from({ length: 40 }, (_, i) => [`tools/bin/tool-${i}.sh`, noise(500 + i, 10 + i)]),
);

const packages = oncePerFile(async (folder) => {
  const offlineFiles = `${folder}/offline-files.tar.gz`;
  const componentTools = `${folder}/component-tools.tar.gz`;
  await pack(OFFLINE_FILES, "offline-files", offlineFiles);
  await pack(COMPONENT_TOOLS, "component-tools", componentTools);
  return { offlineFiles, componentTools };
});

/** Gives both packages, made with `tar -czf`: copies that are the caller's own. */
export async function makeRelease(): Promise<Release> {
  const made = await packages();
  const folder = await Deno.makeTempDir({ prefix: "binimport-e2e-" });
  await Deno.chmod(folder, 0o755); // a server of another user reads from it
  const offlineFiles = `${folder}/offline-files.tar.gz`;
  const componentTools = `${folder}/component-tools.tar.gz`;
  await Deno.copyFile(made.offlineFiles, offlineFiles);
  await Deno.copyFile(made.componentTools, componentTools);
  return {
    folder,
    offlineFiles,
    componentTools,
    files: new Map([...OFFLINE_FILES, ...COMPONENT_TOOLS]),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Packs a tree under one top folder; what the name ends in says how it is compressed. */
export async function pack(tree: Tree, top: string, archive: string): Promise<void> {
  const source = `${archive}.source`;
  for (const [key, bytes] of tree) await writeFile(`${source}/${top}/${key}`, bytes);
  await run("tar", ["--sort=name", "--auto-compress", "-cf", archive, "-C", source, top]);
  await Deno.remove(source, { recursive: true });
}

/** Writes a file, and the folders above it. */
export async function writeFile(path: string, bytes: Uint8Array): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeFile(path, bytes);
}

/** Digests by key. */
export function digests(tree: Tree): Record<string, string> {
  return Object.fromEntries([...tree].map(([key, bytes]) => [key, sha256(bytes)]).sort());
}
