/** Files that were damaged, and hosts that they are not for. */
import { deepEqual, equal, match } from "node:assert/strict";
import { ARM64_FILE, FILE, runFile, testFile, VERSION_LINE } from "../support/single_file/file.ts";

const VERSION = ["--version"];

testFile("file: cut off anywhere, it says so and unpacks nothing", [], async (_, folder) => {
  const whole = await Deno.readFile(FILE);
  const file = `${folder}/binimport`;
  for (const length of [150, 1000, 5000, 12_288, 12_289, 1_000_000, whole.length - 1]) {
    await Deno.writeFile(file, whole.subarray(0, length), { mode: 0o755 });
    const { stdout, stderr, ...rest } = await runFile(VERSION, cachedIn(folder, file));
    deepEqual([length, rest.status, stdout], [length, 1, ""]);
    match(stderr, /error: Cannot start: (?:the file is cut off|".*" is damaged: its checksum)/);
    deepEqual(namesIn(folder), ["binimport"]);
  }
});

testFile("file: with one byte altered, it says so and unpacks nothing", [], async (_, folder) => {
  const whole = await Deno.readFile(FILE);
  const file = `${folder}/binimport`;
  const version = new TextDecoder().decode(whole.subarray(0, 400)).indexOf("for Linux");
  for (const at of [version, 12_287, 20_000, 3_000_000, whole.length - 1]) {
    const altered = whole.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    await Deno.writeFile(file, altered, { mode: 0o755 });
    const { status, stdout, stderr } = await runFile(VERSION, cachedIn(folder, file));
    deepEqual([at, status, stdout], [at, 1, ""]);
    match(
      stderr,
      /^error: Cannot start: ".*" is damaged: .*\n {2}Copy it again, .* SHA256SUMS\.\n$/,
    );
    deepEqual(namesIn(folder), ["binimport"]);
  }
});

testFile("file: damage is found without sha256sum as well", [], async (_, folder) => {
  const whole = await Deno.readFile(FILE);
  const tools = await toolsWithout(folder, ["sha256sum"]);
  const file = `${folder}/binimport`;
  const env = { PATH: tools, BINIMPORT_CACHE: `${folder}/cache` };
  for (const at of [100_000, 20_000_000, whole.length - 10]) {
    const altered = whole.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    await Deno.writeFile(file, altered, { mode: 0o755 });
    const { status, stdout } = await runFile(VERSION, { file, env });
    deepEqual([at, status, stdout], [at, 1, ""]);
    deepEqual(namesIn(`${folder}/cache`), []);
  }
  await Deno.writeFile(file, whole, { mode: 0o755 });
  equal((await runFile(VERSION, { file, env })).stdout, VERSION_LINE);
});

testFile("file: a tool that is not there is named", [], async (_, folder) => {
  const tools = await toolsWithout(folder, ["gzip"]);
  const env = { PATH: tools, BINIMPORT_CACHE: `${folder}/cache` };
  const { status, stderr } = await runFile(VERSION, { env });
  equal(status, 1);
  match(stderr, /^error: Cannot start: gzip is not on PATH\./);
});

testFile("file: another kind of machine is told which file it needs", [], async (_, folder) => {
  const { status, stderr } = await runFile(VERSION, cachedIn(folder, ARM64_FILE));
  equal(status, 1);
  equal(
    stderr,
    "error: Cannot start: this file is for Linux aarch64, and this is Linux x86_64.\n" +
      "  Take the file made for it: binimport for x86_64, binimport-arm64 for aarch64.\n",
  );
  deepEqual(namesIn(folder), []);
}, ARM64_FILE);

testFile("file: a host of 32 bits is told that it is none for it", ["setarch"], async (
  _,
  folder,
) => {
  const { status, stderr } = await runFile(VERSION, {
    ...cachedIn(folder, FILE),
    under: ["setarch", "i686"],
  });
  equal(status, 1);
  match(stderr, /^error: Cannot start: this file is for Linux x86_64, and this is Linux i686\./);
});

function cachedIn(folder: string, file: string): Parameters<typeof runFile>[1] {
  return { file, env: { BINIMPORT_CACHE: `${folder}/cache` } };
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

/** A folder with links to all that the launcher calls, but for these. */
async function toolsWithout(folder: string, without: readonly string[]): Promise<string> {
  const tools = `${folder}/tools`;
  await Deno.mkdir(tools);
  const called =
    "sh tail head wc gzip tar cat mktemp ls mkdir mv rm dd sed id uname chmod find sha256sum";
  for (const name of called.split(" ").filter((name) => !without.includes(name))) {
    await Deno.symlink(`/usr/bin/${name}`, `${tools}/${name}`);
  }
  return tools;
}
