// deno-lint-ignore-file no-console -- it tells its results
/**
 * Measures what the single file adds to Deno and to our own modules. Prints a table, and writes it to
 * bench/SINGLE_FILE.md. Commands take turns, so that whatever else the machine does meets them all.
 *
 *     deno task bench:file [--runs N]
 */
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PROGRAM_FLAGS } from "../scripts/program_flags.ts";
import { corpus } from "./corpus.ts";
import { describeMachine } from "./machine.ts";
import { median } from "./measure.ts";
import { packProgram, PROGRAM } from "./program.ts";

/** A command that is measured. */
interface Contender {
  readonly name: string;
  readonly argv: readonly string[];
  /** What has to be done before each run. */
  readonly before?: () => Promise<void>;
  /** How many runs are enough; default: as many as were asked for. */
  readonly runs?: number;
}

/** What all runs of a command took. */
interface Times {
  /** In ms: medians do not mind that a run is disturbed. */
  readonly wall: number[];
  /** Of all runs together in ms: the kernel counts in steps of 10 ms. */
  processor: number;
}

const { values } = parseArgs({ options: { runs: { type: "string", default: "41" } } });
const SOURCE = fileURLToPath(new URL("../cli.ts", import.meta.url));
const [load] = Deno.loadavg();
const scratch = await Deno.makeTempDir({ prefix: "binimport-bench-" });
/** In memory: the disk is the same for both. */
const target = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "binimport-bench-" });
const { PATH = "", HOME = "" } = Deno.env.toObject();
const ENV = { PATH, HOME, BINIMPORT_CACHE: `${scratch}/cache` };
/** In a cache of its own: the other commands keep theirs. */
const FIRST_CACHE = `${scratch}/first`;
const FIRST_START = ["env", `BINIMPORT_CACHE=${FIRST_CACHE}`, PROGRAM, "--version"];
try {
  await packProgram();
  const text = await report(await contenders());
  console.log(text);
  await Deno.writeTextFile(new URL("SINGLE_FILE.md", import.meta.url), text);
} finally {
  for (const folder of [scratch, target]) await Deno.remove(folder, { recursive: true });
}

async function contenders(): Promise<Contender[]> {
  await Deno.writeTextFile(`${scratch}/empty.js`, "");
  await run([PROGRAM, "--version"]);
  const [{ name: id } = { name: "" }] = [...Deno.readDirSync(ENV.BINIMPORT_CACHE)];
  const bundle = [`${ENV.BINIMPORT_CACHE}/${id}/app/main.js`];
  const { path } = await corpus("large");
  const imported = ["import", path, "--root", `${target}/www`, "--quiet"];
  return [
    { name: "`deno run` of an empty module", argv: deno(`${scratch}/empty.js`) },
    { name: "`--version` by `deno run` of the bundle", argv: deno(...bundle, "--version") },
    { name: "`--version` by the file", argv: [PROGRAM, "--version"] },
    { name: "`--help` by `deno run` of the bundle", argv: deno(...bundle, "--help") },
    { name: "`--help` by the file", argv: [PROGRAM, "--help"] },
    { name: "first start of the file", argv: FIRST_START, before: forget, runs: 11 },
    { name: "import from source", argv: deno(SOURCE, ...imported), before: clear, runs: 11 },
    { name: "import by the file", argv: [PROGRAM, ...imported], before: clear, runs: 11 },
  ];
}

function deno(...args: readonly string[]): string[] {
  return [Deno.execPath(), "run", ...PROGRAM_FLAGS, ...args];
}

async function forget(): Promise<void> {
  await rm(FIRST_CACHE, { recursive: true, force: true });
}

async function clear(): Promise<void> {
  await Deno.remove(`${target}/www`, { recursive: true }).catch(() => {});
  await Deno.mkdir(`${target}/www`);
}

async function run([program = "", ...args]: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args,
    env: ENV,
    clearEnv: true,
    stdin: "null",
  }).output();
  if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
}

async function report(all: readonly Contender[]): Promise<string> {
  const times = await measureAll(all, Number(values.runs));
  const lines = all.map((one) => {
    const { wall, processor } = times.get(one) ?? { wall: [], processor: NaN };
    const cells = [one.name, ms(median(wall)), ms(Math.min(...wall)), ms(processor / wall.length)];
    return `| ${[...cells, wall.length].join(" | ")} |\n`;
  });
  const { size } = await Deno.stat(PROGRAM);
  const facts = await describeMachine(scratch);
  return `# The single file

Written by \`deno task bench:file\` on ${new Date().toISOString().slice(0, 10)}: ${
    (size / 1e6).toFixed(1)
  } MB for x86_64. Commands take turns.

| command | median | least | processor time, mean | runs |
| --- | --- | --- | --- | --- |
${lines.join("")}
The import is that of the corpus \`large\` of RESULTS.md into a folder in memory.

${facts.map((line) => `- ${line}\n`).join("")}- Load average when it began: ${load?.toFixed(1)}
`;
}

async function measureAll(
  all: readonly Contender[],
  most: number,
): Promise<Map<Contender, Times>> {
  const times = new Map<Contender, Times>(all.map((one) => [one, { wall: [], processor: 0 }]));
  for (let round = 0; round < most; round++) {
    for (const [one, taken] of times) {
      if (round >= Math.min(most, one.runs ?? most)) continue;
      await one.before?.();
      const [begun, spent] = [performance.now(), await childrenTime()];
      await run(one.argv);
      taken.wall.push(performance.now() - begun);
      taken.processor += await childrenTime() - spent;
    }
  }
  return times;
}

/** Processor time of all children that have ended, in ms: proc(5), cutime and cstime. */
async function childrenTime(): Promise<number> {
  const stat = await Deno.readTextFile("/proc/self/stat");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

function ms(value: number): string {
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(1)} ms`;
}
