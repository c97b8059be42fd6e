/** Compiles, and looks whether the result is our program. */
import { $ } from "zx";
import { bundleProgram } from "../bundle.ts";
import { noticesText } from "../pack/notices.ts";
import { shellWord } from "../../core/util/hints.ts";
import { PROGRAM_FLAGS } from "../program_flags.ts";

/** What Deno compiles for. */
export const COMPILE_TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
  "aarch64-pc-windows-msvc",
] as const;

/** One of {@linkcode COMPILE_TARGETS}. */
export type CompileTarget = typeof COMPILE_TARGETS[number];

const PROJECT = new URL("../..", import.meta.url).pathname;

/** Writes `dist/binimport-TARGET`, and nothing when it cannot be made; gives a line about it. */
export async function compile(target: CompileTarget, version: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-compile-" });
  try {
    await writeProgram(folder);
    const made = `${folder}/binimport${target.includes("windows") ? ".exe" : ""}`;
    await runCompiler(target, `${folder}/program`, made);
    await assertOurs(made, target, version);
    const file = `dist/binimport-${target}${target.includes("windows") ? ".exe" : ""}`;
    await Deno.mkdir(`${PROJECT}dist`, { recursive: true });
    await Deno.copyFile(made, `${PROJECT}${file}`);
    return `${file}  ${version}  ${((await Deno.stat(made)).size / 1e6).toFixed(1)} MB`;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function writeProgram(folder: string): Promise<void> {
  const { files, packages } = await bundleProgram("cli.ts");
  const own = await Deno.readTextFile(`${PROJECT}LICENSE`);
  await Deno.mkdir(`${folder}/program`);
  for (const [name, bytes] of files) await Deno.writeFile(`${folder}/program/${name}`, bytes);
  const notices = await noticesText({ own, packages, debian: [] });
  await Deno.writeTextFile(`${folder}/program/licenses.txt`, notices);
}

async function runCompiler(target: CompileTarget, program: string, to: string): Promise<void> {
  // zx quotes a flag with a comma in a way that only bash reads, and there may be none.
  const deno = $({ quiet: true, nothrow: true, cwd: program, quote: shellWord });
  // Its code cache would be a file with a known name in /tmp, which anybody can put there first.
  const flags = ["--no-config", "--no-check", "--no-code-cache", ...PROGRAM_FLAGS];
  const wanted = ["--target", target, "--include", program, "--output", to, `${program}/cli.js`];
  const { ok, stderr } = await deno`${Deno.execPath()} compile ${[...flags, ...wanted]}`;
  if (!ok) throw new Error(`Cannot compile for ${target}: ${reason(stderr)}. ${howToSeed(target)}`);
}

/** Deno goes over several lines; the last cause says most. */
function reason(stderr: string): string {
  const plain = stderr.replace(/\x1b\[[0-9;]*m/g, "").split("\nStack backtrace")[0] ?? "";
  const lines = plain.trim().split("\n").map((line) => line.trim().replace(/^(?:\d+|error): /, ""));
  return (lines.at(-1) ?? "").replace(/\.$/, "");
}

/** Where Deno looks for what it puts our program behind. */
function howToSeed(target: CompileTarget): string {
  const { deno } = Deno.version;
  return `It takes denort of Deno ${deno}: put denort-${target}.zip into ` +
    `$DENO_DIR/dl/release/v${deno}/, or name an unpacked one in DENORT_BIN. ` +
    "`deno task pack` makes a file for Linux without it";
}

/** Given another program instead of denort, Deno exits with 0 and writes that program. */
async function assertOurs(file: string, target: CompileTarget, version: string): Promise<void> {
  const refuse = (state: string) =>
    new Error(`Cannot use what was compiled for ${target}: ${state}. ${howToSeed(target)}`);
  if (target === Deno.build.target) {
    const run = $({ quiet: true, nothrow: true, env: { PATH: Deno.env.get("PATH") ?? "" } });
    const { stdout } = await run`${file} --version`;
    if (stdout.trim().split(" ")[0] === version) return;
    throw refuse(`asked for its version, it says "${stdout.trim().split("\n")[0]}"`);
  }
  if (await isWholeDeno(file)) throw refuse("it is Deno itself, without our program");
}

/** The help of `deno compile` is in Deno itself, not in denort. */
async function isWholeDeno(file: string): Promise<boolean> {
  const help = new TextEncoder().encode("docs.deno.com/go/compile");
  const bytes = await Deno.readFile(file);
  for (let at = bytes.indexOf(help[0] ?? 0); at >= 0; at = bytes.indexOf(help[0] ?? 0, at + 1)) {
    if (help.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}
