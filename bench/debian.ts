/** Real binaries of the Kubernetes ecosystem, and real small files: what Debian packages hold. */
import { $ } from "zx";
import { cacheFolder, findProgram } from "../scripts/services/cache.ts";

/** The packages; the release of Debian is the pin. */
const PACKAGES = [
  "buildah",
  "caddy",
  "containerd",
  "containernetworking-plugins",
  "crun",
  "docker.io",
  "docker-registry",
  "etcd-client",
  "etcd-server",
  "golang-1.19-src",
  "kubernetes-client",
  "podman",
  "prometheus",
  "prometheus-node-exporter",
  "rclone",
  "runc",
  "skopeo",
  "umoci",
] as const;

/** Names Debian's kernel of the day, whose own name has its version in it. */
const KERNEL = "linux-image-amd64";

/** All of them unpacked over each other. */
export interface DebianTree {
  readonly folder: string;
  /** `NAME VERSION` of each package, sorted. */
  readonly versions: readonly string[];
}

/** Downloads and unpacks the packages, once: nothing of them is installed. */
export async function debianTree(): Promise<DebianTree> {
  const folder = `${cacheFolder()}/debian`;
  const tree = `${folder}/tree`;
  const versions = await readVersions(folder);
  if (versions.length > PACKAGES.length) return { folder: tree, versions };
  if (findProgram("apt-get") === undefined) {
    throw new Error(
      "Cannot make the corpora: they come from Debian packages, and there is no apt-get",
    );
  }
  await Deno.mkdir(`${folder}/deb`, { recursive: true });
  await Deno.mkdir(tree, { recursive: true });
  const shell = $({ quiet: true, cwd: `${folder}/deb` });
  await shell`apt-get update`;
  const { stdout: depends } = await shell`apt-cache depends --important ${KERNEL}`;
  const kernel = /Depends: (linux-image-\S+)/.exec(depends)?.[1] ?? KERNEL;
  await shell`apt-get download ${[...PACKAGES, kernel]}`;
  const found: string[] = [];
  for await (const { name } of Deno.readDir(`${folder}/deb`)) {
    if (!name.endsWith(".deb")) continue;
    await shell`dpkg-deb -x ${name} ${tree}`;
    const { stdout } = await shell`dpkg-deb -W --showformat ${"${Package} ${Version}"} ${name}`;
    found.push(stdout.trim());
  }
  await Deno.remove(`${folder}/deb`, { recursive: true });
  await Deno.writeTextFile(versionsFile(folder), found.sort().join("\n") + "\n");
  return { folder: tree, versions: await readVersions(folder) };
}

async function readVersions(folder: string): Promise<string[]> {
  const text = await Deno.readTextFile(versionsFile(folder)).catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

/** Written last: it tells that all is there. */
function versionsFile(folder: string): string {
  return `${folder}/versions.txt`;
}
