/** The packages that benchmarks import: always the same bytes, kept in the cache. */
import { dirname } from "node:path";
import { $ } from "zx";
import { cacheFolder, findProgram } from "../scripts/services/cache.ts";
import { debianTree } from "./debian.ts";
import { LARGE_FILES, type LargeFile } from "./large_layout.ts";
import { manyServers } from "./servers.ts";
import { packRepeated } from "./synthetic.ts";

/** One package. */
export interface Corpus {
  readonly name: CorpusName;
  readonly path: string;
  /** Length of the package in bytes. */
  readonly packed: number;
  /** How many files it holds. */
  readonly files: number;
  /** Length of those in bytes, together. */
  readonly unpacked: number;
  /** SHA-256 of the package. */
  readonly sha256: string;
}

/**
 * `large4` holds the files of `large` four times, under four names each; `changed` those of `large`
 * with one of another content. `small` has files as `component-tools.tar.gz` had where this was
 * measured first: some 4,500 of 33 KB on average, most of them binaries. `texts` has as many of a
 * third of that, `texts20` those 20 times; `half` and `ten` have 0.5 and 10 GB (bench/synthetic.ts);
 * `servers` is a configuration of nginx; `prose` has 5,000 texts of 2 to 25 KB in 50 folders, which
 * shrink to a tenth.
 */
export type CorpusName =
  | "large"
  | "large4"
  | "changed"
  | "small"
  | "texts"
  | "texts20"
  | "half"
  | "ten"
  | "prose"
  | "servers";

/** Raised when the layout changes, so that packages made before are not taken for these. */
const LAYOUT = 2;

/** Owners, times and order that are the same everywhere; modes as wget leaves them. */
const STABLE = [
  "--sort=name",
  "--mtime=@0",
  "--owner=0",
  "--group=0",
  "--numeric-owner",
  "--mode=u=rwX,go=rX",
];

const MAKERS: Readonly<Record<CorpusName, (archive: string) => Promise<void>>> = {
  async large(archive) {
    await pack(archive, "offline-files", (folder) => layOutLarge(folder));
  },
  async large4(archive) {
    await pack(archive, "offline-files", async (folder) => {
      for (const copy of ["a", "b", "c", "d"]) await layOutLarge(`${folder}/${copy}.mirror.local`);
    });
  },
  async changed(archive) {
    await pack(archive, "offline-files", async (folder) => {
      await layOutLarge(folder);
      const path = `${folder}/github.com/opencontainers/runc/releases/download/v1.2.6/runc.amd64`;
      await Deno.writeTextFile(path, "another version", { append: true });
    });
  },
  async small(archive) {
    await pack(archive, "component-tools", layOutSmall);
  },
  async texts(archive) {
    await pack(archive, "component-tools", layOutTexts);
  },
  async texts20(archive) {
    await pack(archive, "component-tools", async (folder) => {
      for (let copy = 0; copy < 20; copy++) {
        await Deno.mkdir(`${folder}/${copy}`);
        await layOutTexts(`${folder}/${copy}`);
      }
    });
  },
  half: (archive) => packRepeated(archive, 2),
  ten: (archive) => packRepeated(archive, 37),
  async prose(archive) {
    await pack(archive, "component-tools", layOutProse);
  },
  async servers(archive) {
    await pack(
      archive,
      "offline-files",
      (folder) => Deno.writeTextFile(`${folder}/nginx.conf`, manyServers()),
    );
  },
};

/** The package of that name; makes it when the cache lacks it, which takes a minute. */
export async function corpus(name: CorpusName): Promise<Corpus> {
  const file = /^(?:small|texts|prose)/.test(name) ? "component-tools" : "offline-files";
  const path = `${cacheFolder()}/corpora/${LAYOUT}/${name}/${file}.tar.gz`;
  const known = await Deno.readTextFile(`${path}.json`).catch(() => undefined);
  if (known !== undefined) return { ...JSON.parse(known), path };
  await Deno.mkdir(dirname(path), { recursive: true });
  await MAKERS[name](path);
  const facts = await factsOf(path);
  await Deno.writeTextFile(`${path}.json`, JSON.stringify({ name, ...facts }));
  return { name, path, ...facts };
}

async function factsOf(path: string): Promise<Omit<Corpus, "name" | "path">> {
  const shell = $({ quiet: true });
  const { stdout } = await shell`tar -tvzf ${path}`;
  const sizes = stdout.split("\n").filter((line) => line.startsWith("-"))
    .map((line) => Number(line.split(/\s+/)[2]));
  const sum = await shell`sha256sum ${path}`;
  return {
    packed: (await Deno.stat(path)).size,
    files: sizes.length,
    unpacked: sizes.reduce((total, size) => total + size, 0),
    sha256: sum.stdout.slice(0, 64),
  };
}

/** Packs what `layOut` puts into a folder, under one top folder. */
async function pack(
  archive: string,
  top: string,
  layOut: (folder: string) => Promise<void>,
): Promise<void> {
  const source = `${archive}.source`;
  await Deno.mkdir(`${source}/${top}`, { recursive: true });
  try {
    await layOut(`${source}/${top}`);
    const shell = $({ quiet: true, cwd: source });
    await shell`tar ${STABLE} -c ${top} | gzip -n > ${archive}`;
  } finally {
    await Deno.remove(source, { recursive: true });
  }
}

async function layOutLarge(folder: string): Promise<void> {
  for (const [key, file] of Object.entries(LARGE_FILES)) {
    await Deno.mkdir(dirname(`${folder}/${key}`), { recursive: true });
    await makeFile(`${folder}/${key}`, file);
  }
}

async function makeFile(path: string, file: LargeFile): Promise<void> {
  const { folder } = await debianTree();
  if (typeof file === "string") {
    const built = /^built\/(.*)/.exec(file)?.[1];
    const source = built === undefined ? `${folder}/usr/${file}` : findProgram(built);
    if (source === undefined) throw new Error(`Cannot find ${built}: deno task services`);
    return await Deno.copyFile(source, path);
  }
  const shell = $({ quiet: true, cwd: `${folder}/usr` });
  await (path.endsWith(".zst")
    ? shell`tar ${STABLE} -c ${file.pack} | zstd -q > ${path}`
    : shell`tar ${STABLE} -c ${file.pack} | gzip -n > ${path}`);
}

/** Modules of the kernel as far as they are small, and what comes with programs. */
async function layOutSmall(folder: string): Promise<void> {
  const tree = await debianTree();
  const shell = $({ quiet: true, cwd: tree.folder });
  await shell`find lib/modules -name "*.ko" -size -128k -print0 | tar -c --null -T - | tar -x -C ${folder}`;
  await shell`find usr/share/man usr/share/doc -type f -print0 | tar -c --null -T - | tar -x -C ${folder}`;
}

/** Words from a short list, the same ones each time (a linear congruential generator). */
async function layOutProse(folder: string): Promise<void> {
  let state = 1;
  const below = (most: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * most);
  };
  const words = Array.from({ length: 40 }, () => below(2 ** 28).toString(16));
  for (let at = 0; at < 5_000; at++) {
    const size = 2_000 + below(23_000);
    let text = `${at}\n`;
    while (text.length < size) text += `${words[Math.min(below(40), below(40))]} `;
    const path = `${folder}/folder-${Math.floor(at / 100)}/text-${at}.txt`;
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text.slice(0, size));
  }
}

/** Go's standard library. */
async function layOutTexts(folder: string): Promise<void> {
  const tree = await debianTree();
  const source = `${tree.folder}/usr/share/go-1.19/src`;
  await $({ quiet: true })`tar -c -C ${source} --exclude=./cmd . | tar -x -C ${folder}`;
}
