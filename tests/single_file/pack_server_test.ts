/** What `deno task pack` makes. */
import { deepEqual, equal, match } from "node:assert/strict";
import { cp } from "node:fs/promises";
import { dirname } from "node:path";
import project from "../../deno.json" with { type: "json" };
import { run } from "../support/run.ts";
import { FILE, runFile, testFile } from "../support/single_file/file.ts";
import { sha256 } from "../support/tar_model.ts";

const DIST = dirname(FILE);

testFile("pack: the same bytes from another folder, with another cache of Deno's", [], async (
  _,
  folder,
) => {
  const copy = `${folder}/some/where/else`;
  const project = dirname(DIST);
  for (const { name } of Deno.readDirSync(project)) {
    if (/^(?:dist|node_modules)$/.test(name)) continue;
    await cp(`${project}/${name}`, `${copy}/${name}`, { recursive: true });
  }
  const env = { DENO_DIR: `${folder}/deno` };
  await run(Deno.execPath(), ["run", "-A", "scripts/pack.ts"], { cwd: copy, env });
  equal(sha256(await Deno.readFile(`${copy}/dist/binimport`)), sha256(await Deno.readFile(FILE)));
});

testFile("pack: SHA256SUMS names everything beside it", ["sha256sum"], async () => {
  await run("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: DIST });
  const sums = await Deno.readTextFile(`${DIST}/SHA256SUMS`);
  for (const name of ["binimport", "binimport.spdx.json"]) {
    match(sums, new RegExp(`^[0-9a-f]{64}  ${name.replaceAll(".", "\\.")}$`, "m"));
  }
});

testFile("pack: at most 42 MB", [], async () => {
  const { size } = await Deno.stat(FILE);
  equal(size <= 42e6, true, `${size}`);
});

/** What is read of a bill of materials. */
interface SpdxPackage {
  readonly SPDXID: string;
  readonly name: string;
  readonly versionInfo: string;
  readonly licenseDeclared: string;
  readonly checksums?: readonly { readonly checksumValue: string }[];
}

testFile("pack: the bill of materials and the licences name the same parts", [], async (
  _,
  folder,
) => {
  const sbom = JSON.parse(await Deno.readTextFile(`${FILE}.spdx.json`));
  equal(sbom.spdxVersion, "SPDX-2.3");
  const packages: readonly SpdxPackage[] = sbom.packages;
  const [own, ...parts] = packages;
  deepEqual([own?.name, own?.versionInfo], ["binimport", project.version]);
  equal(own?.checksums?.[0]?.checksumValue, sha256(await Deno.readFile(FILE)));
  equal(new Set(packages.map(({ SPDXID }) => SPDXID)).size, packages.length);
  for (const name of ["deno", "minio", "yaml", "commander", "libc6", "zstd"]) {
    equal(parts.some((part) => part.name === name), true, name);
  }
  const { stdout, stderr } = await runFile(["--licenses"], { env: { BINIMPORT_CACHE: folder } });
  equal(stderr, "");
  for (const { name, versionInfo, licenseDeclared } of parts) {
    match(licenseDeclared, /^[A-Za-z0-9.-]+(?: (?:WITH|OR|AND) [A-Za-z0-9.-]+)*$/, name);
    equal(stdout.toLowerCase().includes(`\n${name} ${versionInfo} `), true, name);
  }
  for (
    const text of ["Apache License", "GNU LESSER GENERAL PUBLIC", "GCC RUNTIME LIBRARY EXCEPTION"]
  ) {
    match(stdout, new RegExp(text, "i"));
  }
});
