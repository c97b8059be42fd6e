/** Puts all parts together. */
import { createHash } from "node:crypto";
import { declaredWords } from "../../cli/completions/words.ts";
import { bundleProgram } from "../bundle.ts";
import { readCommit } from "../commit.ts";
import { type Member, tarOf } from "./archive.ts";
import { helpPages } from "./help.ts";
import { packedFile } from "./launcher.ts";
import { noticesText } from "./notices.ts";
import { buildRuntime, gzipped } from "./runtime.ts";
import { sbomOf } from "./sbom.ts";
import type { Target } from "./targets.ts";

const PROJECT = new URL("../..", import.meta.url).pathname;
const DIST = `${PROJECT}dist`;

/** Writes the file, its bill of materials and `SHA256SUMS` into `dist/`; gives a line about it. */
export async function pack(target: Target, version: string): Promise<string> {
  const [runtime, { files, packages }, own] = await Promise.all([
    buildRuntime(target),
    bundleProgram("scripts/pack/main.ts"),
    Deno.readTextFile(`${PROJECT}LICENSE`),
  ]);
  const notices = await noticesText({ own, packages, debian: runtime.notices });
  const program: Member[] = [
    ...[...files].map(([name, bytes]) => ({ name: `app/${name}`, bytes })),
    textMember("app/licenses.txt", notices),
    textMember("app/help.json", JSON.stringify(await helpPages())),
    textMember("app/words.json", JSON.stringify(declaredWords())),
    { name: "app/try_out.js", bytes: await Deno.readFile(new URL("try_out.js", import.meta.url)) },
  ];
  const bytes = packedFile(
    {
      version,
      target,
      first: gzipped(await tarOf([...runtime.starters, ...program])),
      second: runtime.deno,
      size: program.reduce((sum, { bytes }) => sum + bytes.length, runtime.size),
      slot: runtime.slot,
      slotSize: runtime.slotSize,
      entry: "main.js",
    },
    await Deno.readTextFile(new URL("launcher.sh", import.meta.url)),
  );
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const { date: created } = await readCommit(); // the same for everybody who packs it
  await writeDist(target.file, bytes, 0o755);
  const sbom = sbomOf({ target, version, sha256, packages, created });
  await writeDist(`${target.file}.spdx.json`, new TextEncoder().encode(sbom), 0o644);
  await writeSums();
  return `dist/${target.file}  ${version}  ${(bytes.length / 1e6).toFixed(1)} MB  sha256 ${sha256}`;
}

function textMember(name: string, text: string): Member {
  return { name, bytes: new TextEncoder().encode(text) };
}

/** Under another name first: whoever runs the old file goes on reading that. */
async function writeDist(name: string, bytes: Uint8Array, mode: number): Promise<void> {
  await Deno.mkdir(DIST, { recursive: true });
  await Deno.writeFile(`${DIST}/${name}.new`, bytes, { mode });
  await Deno.rename(`${DIST}/${name}.new`, `${DIST}/${name}`);
}

/** Of all that was packed, as `sha256sum --check` reads it. */
async function writeSums(): Promise<void> {
  const names = [...Deno.readDirSync(DIST)].map(({ name }) => name)
    .filter((name) => /^binimport(?:-arm64)?(?:\.spdx\.json)?$/.test(name)).sort();
  const lines = await Promise.all(names.map(async (name) => {
    const bytes = await Deno.readFile(`${DIST}/${name}`);
    return `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`;
  }));
  await writeDist("SHA256SUMS", new TextEncoder().encode(lines.join("")), 0o644);
}
