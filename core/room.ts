/** Whether an import finds room, before anything is written. */
import { BinimportError } from "./errors.ts";
import { formatBytes } from "./format.ts";
import { active, type ImportRun, type ImportTarget } from "./import_run.ts";

/**
 * For a dry run: notes that a target fails which has less room than an import needs before any file
 * gets its name. What is written later takes the place of what is there, and is not counted.
 */
export async function inspectRoom(run: ImportRun): Promise<void> {
  for (const target of active(run)) {
    try {
      await requireRoom(run, target);
    } catch (error) {
      target.failure = { error }; // what it would write is still to be told
    }
  }
}

async function requireRoom(run: ImportRun, { adapter, outcomes }: ImportTarget): Promise<void> {
  let needed = 0;
  for (const [key, { kind }] of outcomes) {
    if (kind === "staged") needed += run.wanted.get(key)?.size ?? 0;
  }
  const free = await adapter.room?.(run.call) ?? needed;
  if (free >= needed) return;
  throw new BinimportError(
    "no-space",
    `Cannot import into ${adapter.target}: no room for what is new: ${
      formatBytes(needed)
    } are needed, ${formatBytes(free)} are free`,
    { hint: "Make room: what is replaced is given back only when all that is new is there." },
  );
}
