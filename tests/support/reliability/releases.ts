/** Two releases of the same packages: to be imported over each other. */
import { noise } from "../chunks.ts";
import { digests, pack, type Tree, writeFile } from "../e2e/packages.ts";
import { oncePerFile } from "../once_per_file.ts";
import { run } from "../run.ts";

/** One release: an archive, and what is in it. */
export interface OneRelease {
  readonly name: string;
  /** Path of its `.tar.gz`. */
  readonly archive: string;
  readonly files: Tree;
  /** By key. */
  readonly digests: Readonly<Record<string, string>>;
}

/** Two releases in a folder of their own, which disposing removes. */
export interface Releases extends AsyncDisposable {
  readonly folder: string;
  readonly old: OneRelease;
  readonly young: OneRelease;
}

/** Above it, an object goes up in parts; 5 MiB is the least. */
export const PARTS = ["--part-size", "5MiB"];

/**
 * What one release holds. Between two of them some files differ, with the same length and with
 * another one, in one part and in several; some are the same; and a link goes with its file.
 */
function contents(seed: number): Tree {
  const small = Array.from(
    { length: 24 },
    (_, i) => [`tools/tool-${i}`, noise(700 + i, i % 3 === 0 ? 1000 + i : seed + i)] as const,
  );
  return new Map<string, Uint8Array>([
    ["dl.k8s.io/kubelet", noise(6_000_000, seed)],
    ["dl.k8s.io/kubectl", noise(1_300_000 + seed, seed + 1)],
    ["dl.k8s.io/same", noise(1_100_000, 7)],
    ["get.helm.sh/empty", new Uint8Array(0)],
    ...small,
  ]);
}

const both = oncePerFile(async (folder) => ({
  old: await makeOne(folder, "old", 100),
  young: await makeOne(folder, "young", 200),
}));

/** Gives both, made with the real tar: copies of their archives are the caller's own. */
export async function makeReleases(): Promise<Releases> {
  const { old, young } = await both();
  const folder = await Deno.makeTempDir({ prefix: "binimport-releases-" });
  const copied = async (release: OneRelease) => {
    const archive = `${folder}/${release.name}.tar.gz`;
    await Deno.copyFile(release.archive, archive);
    return { ...release, archive };
  };
  return {
    folder,
    old: await copied(old),
    young: await copied(young),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function makeOne(folder: string, name: string, seed: number): Promise<OneRelease> {
  const files = contents(seed);
  const archive = `${folder}/${name}.tar.gz`;
  const linked = files.get("tools/tool-1") ?? new Uint8Array(0);
  await packWithLink(files, archive);
  const all = new Map([...files, ["tools/link-to-1", linked] as const]);
  return { name, archive, files: all, digests: digests(all) };
}

async function packWithLink(files: Tree, archive: string): Promise<void> {
  const tar = archive.replace(/\.gz$/, "");
  await pack(files, "offline-files", tar);
  const source = `${archive}.links`;
  await writeFile(`${source}/offline-files/tools/tool-1`, new Uint8Array(0));
  await Deno.symlink("tool-1", `${source}/offline-files/tools/link-to-1`);
  await run("tar", ["-rf", tar, "-C", source, "offline-files/tools/link-to-1"]);
  await Deno.remove(source, { recursive: true });
  await run("gzip", ["-1", tar]);
}
