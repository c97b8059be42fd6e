/** From what was staged, held or put off to files under their names. */
import type { ReadOptions } from "../packages/mod.ts";
import { bytesSource, chunkSource, type PutSource } from "../storage/mod.ts";
import { concurrently } from "../util/concurrency.ts";
import { BinimportError } from "../util/errors.ts";
import {
  done,
  emitPublished,
  forEachTarget,
  type ImportRun,
  type ImportTarget,
  type Outcome,
  settle,
} from "./run.ts";
import { writeDeferred } from "./second_pass.ts";
import { checked, putOptions, write, wrote } from "./write.ts";

/**
 * Gives every file its name in every target. To be called when all packages were found right. Each
 * file changes in one step; a target that fails is noted in the run, and what it already has is
 * whole.
 */
export async function publish(run: ImportRun, read: ReadOptions): Promise<void> {
  emitPublished(run);
  await forEachTarget(run, (target) => settleAll(run, target, ["unchanged", "staged", "buffered"]));
  await writeDeferred(run, read);
  await forEachTarget(run, (target) => settleAll(run, target, ["copy"]));
}

async function settleAll(
  run: ImportRun,
  target: ImportTarget,
  kinds: readonly Outcome["kind"][],
): Promise<void> {
  const due = [...target.outcomes].filter(([, { kind }]) => kinds.includes(kind));
  await concurrently(due, target.adapter.capabilities.maxConcurrency, async ([key, outcome]) => {
    await settleOne(run, target, key, outcome);
    done(target, key);
  });
}

async function settleOne(
  run: ImportRun,
  target: ImportTarget,
  key: string,
  outcome: Outcome,
): Promise<void> {
  const file = run.wanted.get(key);
  if (file === undefined) return;
  switch (outcome.kind) {
    case "unchanged":
      return settle(run, target, key, outcome.found, false);
    case "staged": {
      const staged = await outcome.staged;
      return wrote(run, target, key, await staged.publish(putOptions(run, file)));
    }
    case "buffered":
      return await write(run, target, key, bytesSource(outcome.bytes, file.sha256));
    case "copy":
      return await write(run, target, key, copySource(run, target, key, outcome.of));
    case "deferred":
      return; // its package has been read again by now
  }
}

/** A link's bytes, read back from the file that it means, which has its name by now. */
function copySource(run: ImportRun, target: ImportTarget, key: string, of: string): PutSource {
  const file = run.wanted.get(key);
  if (file === undefined || run.wanted.get(of)?.sha256 !== file.sha256) {
    throw new BinimportError(
      "unsupported",
      `Cannot import the link ${JSON.stringify(key)}: another package replaces its file ${
        JSON.stringify(of)
      }`,
      { key, hint: "Import the packages one after the other." },
    );
  }
  return chunkSource(file.size, true, async function* () {
    yield* checked(await target.adapter.get(of), of, file.sha256);
  });
}
