/** Two packages as a release ships them, made from files at hand. */

/** A file of the demo: where it lies below the web root, and what is in it. */
export interface DemoFile {
  readonly key: string;
  readonly size: number;
  /** SHA-256 in lower-case hex. */
  readonly sha256: string;
}

const KUBELET = "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubelet";
const CONTAINERD =
  "github.com/containerd/containerd/releases/download/v1.7.23/containerd-1.7.23-linux-amd64.tar.gz";
const CALICO_CRDS =
  "raw.githubusercontent.com/projectcalico/calico/v3.29.1/manifests/operator-crds.yaml";

/**
 * Writes `offline-files.tar.gz` and `component-tools.tar.gz` into a folder, laid out as the
 * releases have them: `offline-files/HOST/path-of-the-url`. This Deno's own executable stands in
 * for the kubelet, as a large binary; the rest is made from the project's files.
 */
export async function makePackages(folder: string, project: string): Promise<DemoFile[]> {
  const source = `${folder}/source`;
  await copy(Deno.execPath(), `${source}/offline-files/${KUBELET}`);
  await copy(`${project}/deno.lock`, `${source}/offline-files/${CALICO_CRDS}`);
  const containerd = `${source}/offline-files/${CONTAINERD}`;
  await Deno.mkdir(parent(containerd), { recursive: true });
  await tar(project, containerd, ["core"]);
  for (const name of ["LICENSE", "cli.ts"]) {
    await copy(`${project}/${name}`, `${source}/component-tools/tools/${name}`);
  }

  await tar(source, `${folder}/offline-files.tar.gz`, ["offline-files"]);
  await tar(source, `${folder}/component-tools.tar.gz`, ["component-tools"]);
  const files = [
    ...[KUBELET, CONTAINERD, CALICO_CRDS].map((key) => describe(`${source}/offline-files`, key)),
    ...["tools/LICENSE", "tools/cli.ts"].map((key) => describe(`${source}/component-tools`, key)),
  ];
  const described = await Promise.all(files);
  await Deno.remove(source, { recursive: true });
  return described;
}

/** SHA-256 in lower-case hex. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function describe(folder: string, key: string): Promise<DemoFile> {
  const bytes = await Deno.readFile(`${folder}/${key}`);
  return { key, size: bytes.length, sha256: await sha256(bytes) };
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(parent(to), { recursive: true });
  await Deno.copyFile(from, to);
}

async function tar(folder: string, archive: string, names: readonly string[]): Promise<void> {
  const args = ["-czf", archive, "-C", folder, ...names];
  const { success, stderr } = await new Deno.Command("tar", { args }).output();
  if (!success) throw new Error(`tar ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
