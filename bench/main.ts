// deno-lint-ignore-file no-console -- it tells its results
/**
 * Measures binimport side by side with what people use instead. Prints a table; of five rounds or
 * more, a full run also writes bench/RESULTS.md, and a run of some rows their lines in it.
 *
 *     deno task services --bench
 *     deno task bench [--only ROW] [--runs N]      a row, or all whose names begin so
 */
import { parseArgs } from "node:util";
import { startMinio } from "../tests/support/minio_server.ts";
import { compare, type Comparison } from "./compare.ts";
import { corpus } from "./corpus.ts";
import { debianTree } from "./debian.ts";
import { describeMachine, describeVersions, folderInMemory } from "./machine.ts";
import { packProgram, PROGRAM } from "./program.ts";
import { ROWS } from "./rows.ts";
import { corpusTable, resultTable, withRows } from "./table.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: { only: { type: "string" }, runs: { type: "string", default: "5" } },
});
const runs = Number(values.runs);
const exact = ROWS.filter(({ name }) => name === values.only);
const rows = exact.length > 0
  ? exact
  : ROWS.filter(({ name }) => name.startsWith(values.only ?? ""));
if (!Number.isInteger(runs) || runs < 1 || rows.length === 0) {
  console.error(`--runs takes 1 or more; --only one of ${ROWS.map(({ name }) => name).join(", ")}`);
  Deno.exit(2);
}

const [load] = Deno.loadavg();
const scratch = await Deno.makeTempDir({ prefix: "binimport-bench-" });
const memory = await folderInMemory();
try {
  await packProgram();
  Deno.env.set("BINIMPORT_E2E_PROGRAM", PROGRAM); // what helpers of the tests start
  const comparisons = await compareAll();
  const text = await report(comparisons);
  console.log(`\n${text}`);
  if (runs >= 5) await writeResults(comparisons, text);
} finally {
  await Deno.remove(scratch, { recursive: true });
  if (memory !== undefined) await Deno.remove(memory, { recursive: true });
}

async function writeResults(comparisons: readonly Comparison[], text: string): Promise<void> {
  const file = new URL("RESULTS.md", import.meta.url);
  const isFull = rows.length === ROWS.length;
  await Deno.writeTextFile(
    file,
    isFull ? text : withRows(await Deno.readTextFile(file), comparisons),
  );
}

async function compareAll(): Promise<Comparison[]> {
  await using minio = await startMinio({ folder: `${scratch}/minio` });
  const comparisons: Comparison[] = [];
  for (const row of rows) {
    console.error(`making corpus ${row.corpus}, unless it is there`);
    const options = { runs, minio, scratch, memory, tell: (line: string) => console.error(line) };
    comparisons.push(await compare(row, await corpus(row.corpus), options));
  }
  return comparisons;
}

async function report(comparisons: readonly Comparison[]): Promise<string> {
  const { versions } = await debianTree();
  const facts = [...await describeMachine(scratch), ...await describeVersions()];
  return `# Results

Written by \`deno task bench\` on ${
    new Date().toISOString().slice(0, 10)
  }. Medians of ${runs} runs, one
warm-up before them; contenders take turns, each run starts with an empty target. Memory is the most
that all processes of a contender had resident together. Above 1×, binimport, which is the single
file here, is faster. A row that was run by itself later has its new figures.

${resultTable(comparisons)}
What each row does: \`web\` imports into a folder, \`minio\` into a bucket of a MinIO on the same
machine (\`minio-small\` with \`--verify off\`, as the peers do); \`again\` imports a package that is
there already, \`changed\` one of which one file differs; \`tmpfs\` has the folder in memory,
\`web-small\` on a new ext4. The \`growth\` rows, in memory too, compare this program with itself: 10 GB
with 0.5 GB, 99,620 files with 4,981. \`verify-url\` fetches what nginx serves, from memory; \`serve\` has
one curl fetch all of it from \`binimport serve\` and from nginx, \`serve-many\` sixteen at a time (the
memory is curl's). \`locate\` reads a configuration of nginx with 5,000 servers. binimport hashes all
that it writes and, in MinIO, asks for every object afterwards; its peers check nothing.

## Corpora

${corpusTable(comparisons)}
\`large\` has the paths of an \`offline-files.tar.gz\` (bench/large_layout.ts), \`large4\` all of them four
times; \`small\` modules of Linux, manuals and notices; \`texts\` the files of Go's standard library,
\`texts20\` those 20 times. They are made of these Debian packages, and of the minio and mc below: ${
    versions.join(", ")
  }.

## Machine and versions

${facts.map((line) => `- ${line}\n`).join("")}- Load average when it began: ${load?.toFixed(1)}
`;
}
