// deno-lint-ignore-file no-console -- it tells what it made
/**
 * Makes all that an air-gapped site carries in, into dist/release: both single files and what is in
 * them, the manual page, completions, the pages as HTML, examples, and one archive with all of it. Two
 * runs on one commit give the same bytes.
 *
 *     deno task release [--without-programs]     the latter to look at pages
 */
import { createHash } from "node:crypto";
import { constants, gzipSync } from "node:zlib";
import { SCRIPTS } from "../cli/completions/command.ts";
import { programDeclaration } from "../cli/program.ts";
import project from "../deno.json" with { type: "json" };
import { readCommit } from "./commit.ts";
import { manPage } from "./man/page.ts";
import { type Member, tarOf } from "./pack/archive.ts";
import { pack } from "./pack/pack.ts";
import { DENO_VERSION, TARGETS } from "./pack/targets.ts";
import { htmlPages } from "./release/pages.ts";

const PROJECT = new URL("..", import.meta.url).pathname;
const RELEASE = `${PROJECT}dist/release`;
const { version } = project;

const { commit, date } = await readCommit();
const members: Member[] = [
  ...(Deno.args.includes("--without-programs") ? [] : await programs()),
  text("binimport.1", manPage(programDeclaration(), version, date.toISOString().slice(0, 10))),
  text("completions/binimport.bash", SCRIPTS.bash),
  text("completions/_binimport", SCRIPTS.zsh),
  text("completions/binimport.fish", SCRIPTS.fish),
  ...["LICENSE", "CHANGELOG.md"].map((name) => file(name)),
  ...filesBelow("examples").map((name) => file(name)),
  ...(await htmlPages(PROJECT, version)).map(([name, html]) => text(`html/${name}`, html)),
];
members.push(text("SHA256SUMS", sums(members)));
await Deno.remove(RELEASE, { recursive: true }).catch(() => {});
for (const { name, bytes, executable } of members) await write(name, bytes, executable);
const name = `binimport-${version}`;
const inFolder = members.map((one) => ({ ...one, name: `${name}/${one.name}` }));
const archive = gzipSync(await tarOf(inFolder, 0), { level: constants.Z_BEST_SPEED }); // the files are packed already
await write(`${name}.tar.gz`, archive);
await write(
  `${name}.tar.gz.sha256`,
  new TextEncoder().encode(`${digest(archive)}  ${name}.tar.gz\n`),
);
console.log(
  `dist/release/${name}.tar.gz  ${(archive.length / 1e6).toFixed(1)} MB  commit ${commit}`,
);
Deno.exit(0);

async function programs(): Promise<Member[]> {
  if (Deno.version.deno !== DENO_VERSION) {
    throw new Error(
      `Cannot pack with Deno ${Deno.version.deno}: run npx --yes deno@${DENO_VERSION} task release`,
    );
  }
  const packed: Member[] = [];
  for (const target of TARGETS) {
    console.log(await pack(target, version));
    packed.push({ ...file(`dist/${target.file}`, target.file), executable: true });
    packed.push(file(`dist/${target.file}.spdx.json`, `${target.file}.spdx.json`));
  }
  return packed;
}

function text(name: string, content: string): Member {
  return { name, bytes: new TextEncoder().encode(content) };
}

function file(path: string, name = path): Member {
  return { name, bytes: Deno.readFileSync(PROJECT + path) };
}

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(PROJECT + folder)].sort((a, b) => a.name < b.name ? -1 : 1)
    .flatMap(({ name, isDirectory }) =>
      isDirectory ? filesBelow(`${folder}/${name}`) : [`${folder}/${name}`]
    );
}

function sums(members: readonly Member[]): string {
  return members.map(({ name, bytes }) => `${digest(bytes)}  ${name}\n`).join("");
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function write(name: string, bytes: Uint8Array, executable?: true): Promise<void> {
  const path = `${RELEASE}/${name}`;
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeFile(path, bytes, { mode: executable ? 0o755 : 0o644 });
}
