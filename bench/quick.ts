// deno-lint-ignore-file no-console -- it tells its results
/**
 * A guard against decay: the five main rows against their first peer, three rounds each, in less than
 * three minutes. Adds a line to bench/HISTORY.md; to be run before a release, and held against the
 * lines before it.
 *
 *     deno task services --bench
 *     deno task bench:quick
 */
import { startMinio } from "../tests/support/minio_server.ts";
import { compare, type Comparison } from "./compare.ts";
import { corpus } from "./corpus.ts";
import { folderInMemory } from "./machine.ts";
import { packProgram, PROGRAM } from "./program.ts";
import { ROWS } from "./rows.ts";
import { readCommit } from "../scripts/commit.ts";

const NAMES = ["web-large", "web-small-tmpfs", "web-prose-tmpfs", "minio-large", "verify-url"];

const scratch = await Deno.makeTempDir({ prefix: "binimport-bench-" });
const memory = await folderInMemory();
try {
  await packProgram();
  Deno.env.set("BINIMPORT_E2E_PROGRAM", PROGRAM); // what helpers of the tests start
  const line = await historyLine(await compareAll());
  console.log(line);
  await Deno.writeTextFile(new URL("HISTORY.md", import.meta.url), `${line}\n`, { append: true });
} finally {
  await Deno.remove(scratch, { recursive: true });
  if (memory !== undefined) await Deno.remove(memory, { recursive: true });
}

async function compareAll(): Promise<Comparison[]> {
  await using minio = await startMinio({ folder: `${scratch}/minio` });
  const comparisons: Comparison[] = [];
  for (const name of NAMES) {
    const row = ROWS.find((one) => one.name === name);
    if (row === undefined) throw new Error(`There is no row ${name}`);
    const tell = (line: string) => console.error(line);
    const options = { runs: 3, minio, scratch, memory, tell };
    const pair = { ...row, peers: row.peers.slice(0, 1) };
    comparisons.push(await compare(pair, await corpus(row.corpus), options));
  }
  return comparisons;
}

/** Peer ÷ binimport, first in time, then in processor time: above 1, binimport takes less. */
async function historyLine(comparisons: readonly Comparison[]): Promise<string> {
  const commit = (await readCommit()).commit.replace(/^(.{9})[0-9a-f]*/, "$1");
  const ratios = comparisons.map(({ results: [ours, peer] }) => {
    const [mine, theirs] = [ours?.median, peer?.median];
    if (mine === undefined || theirs === undefined) return "–";
    const time = (theirs.seconds / mine.seconds).toFixed(2);
    return `${time}× / ${(theirs.processorSeconds / mine.processorSeconds).toFixed(2)}×`;
  });
  const day = new Date().toISOString().slice(0, 10);
  return `| ${[day, commit, Deno.loadavg()[0]?.toFixed(1), ...ratios].join(" | ")} |`;
}
