/** Runs a row: every contender in turn, round by round, each time from a fresh start. */
import { $ } from "zx";
import { findProgram } from "../scripts/services/cache.ts";
import type { MinioServer } from "../tests/support/minio_server.ts";
import { type DiskImage, diskImage } from "../tests/support/reliability/disk_image.ts";
import { type Arena, type Contender, mcEnvironment, missing } from "./contender.ts";
import { type Corpus, corpus as corpusOf } from "./corpus.ts";
import { measure, type Measured, median } from "./measure.ts";
import type { Row } from "./rows.ts";

/** Medians of one contender. */
export interface Result {
  readonly label: string;
  /** What it worked on. */
  readonly corpus: Corpus;
  /** Absent when it could not take part. */
  readonly median?: Measured;
  /** Programs that it lacks. */
  readonly missing: readonly string[];
}

/** A row with its results; ours is the first. */
export interface Comparison {
  readonly row: Row;
  readonly corpus: Corpus;
  readonly results: readonly Result[];
}

/** What a row is run with. */
export interface CompareOptions {
  /** Rounds that count; one more comes before them. */
  readonly runs: number;
  readonly minio: MinioServer;
  /** Folders for everything temporary; none in memory where there is no room for it. */
  readonly scratch: string;
  readonly memory: string | undefined;
  /** Told of each run. */
  readonly tell: (line: string) => void;
}

/**
 * Targets with more files than this stay until the end: ext4 seems to look through inodes that were freed
 * within the last minutes (`recently_deleted`), which would slow down whoever comes next.
 */
const MANY = 1000;

/** Interleaved, so that whatever else the machine does meets all of them alike. */
export async function compare(
  row: Row,
  corpus: Corpus,
  options: CompareOptions,
): Promise<Comparison> {
  const contenders = [row.ours, ...row.peers];
  const corpora = new Map<Contender, Corpus>();
  for (const one of contenders) {
    corpora.set(one, one.corpus === undefined ? corpus : await corpusOf(one.corpus));
  }
  const workOf = (contender: Contender) => corpora.get(contender) ?? corpus;
  const lacks = (contender: Contender) => [
    ...missing(contender),
    ...(row.inMemory && options.memory === undefined ? ["room in /dev/shm"] : []),
    ...(row.onNewDisk && Deno.uid() !== 0 ? ["the right to mount a disk"] : []),
  ];
  const taken = new Map<Contender, Measured[]>();
  for (let round = 0; round <= Math.min(options.runs, row.mostRuns ?? Infinity); round++) {
    for (const contender of contenders) {
      if (lacks(contender).length > 0) continue;
      const one = await runOnce(contender, row, workOf(contender), options);
      const kind = round === 0 ? "warm-up" : `run ${round}`;
      options.tell(
        `${row.name}: ${kind}: ${contender.label}: ${one.seconds.toFixed(2)} s, ${
          Math.round(one.peakBytes / 1e6)
        } MB`,
      );
      if (round > 0) taken.set(contender, [...taken.get(contender) ?? [], one]);
    }
  }
  const results = contenders.map((contender): Result => {
    const runs = taken.get(contender) ?? [];
    const { label } = contender;
    const result = { label, corpus: workOf(contender), missing: lacks(contender) };
    return runs.length === 0 ? result : { ...result, median: medians(runs) };
  });
  return { row, corpus, results };
}

function medians(runs: readonly Measured[]): Measured {
  return {
    seconds: median(runs.map(({ seconds }) => seconds)),
    processorSeconds: median(runs.map(({ processorSeconds }) => processorSeconds)),
    peakBytes: median(runs.map(({ peakBytes }) => peakBytes)),
  };
}

async function runOnce(
  contender: Contender,
  { again, setUp, inMemory, onNewDisk }: Row,
  corpus: Corpus,
  { minio, scratch, memory }: CompareOptions,
): Promise<Measured> {
  await using disk = onNewDisk ? await newDisk() : undefined;
  const dir = disk?.path ?? (inMemory ? memory ?? scratch : scratch);
  const folder = await Deno.makeTempDir({ dir });
  const arena: Arena = { corpus, folder, bucket: folder.replace(/.*\//, "b").toLowerCase(), minio };
  try {
    await using ready = await setUp?.(arena);
    await contender.setUp?.({ ...arena, ...ready });
    const commands = contender.commands({ ...arena, ...ready });
    if (again) {
      await measure(commands);
      // Files written within the second under way are looked at again in any case.
      await new Promise((resolve) => setTimeout(resolve, 1100));
    }
    await $`sync`; // what is still to be written out is not this run's
    return await measure(commands);
  } finally {
    if (inMemory || corpus.files < MANY) await clear(arena);
  }
}

/** An ext4 that is ready: made lazily, it would go on making itself meanwhile. */
function newDisk(): Promise<DiskImage> {
  return diskImage("4G", "-E", "lazy_itable_init=0,lazy_journal_init=0");
}

/** Makes room; the bucket is there if this run made one. */
async function clear({ folder, bucket, minio }: Arena): Promise<void> {
  await Deno.remove(folder, { recursive: true });
  const env = { ...Deno.env.toObject(), ...mcEnvironment(minio) };
  const shell = $({ quiet: true, nothrow: true, env });
  await shell`${findProgram("mc") ?? "mc"} rb --force bench/${bucket}`;
}
