/** What is in a target besides the files that should be there: no harm, and worth a word. */
import { isStateKey, type StorageAdapter } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { formatCount } from "../../core/util/units.ts";

/** In objects; of a list that has no end, no more is taken. */
const MOST_LISTED = 1_000_000;

/** Tells each key that is there besides those `known`; gives what stopped it before the list's end. */
export async function tellOthers(
  adapter: StorageAdapter,
  known: ReadonlyMap<string, unknown>,
  signal: AbortSignal,
  tell: (key: string) => void,
  most: number = MOST_LISTED,
): Promise<unknown> {
  let listed = 0;
  try {
    for await (const { key } of adapter.list?.("", { signal }) ?? []) {
      if (++listed > most + known.size) return endless(adapter, most);
      if (!known.has(key) && !isStateKey(key)) tell(key);
    }
  } catch (error) {
    signal.throwIfAborted();
    return error;
  }
}

function endless({ target }: StorageAdapter, most: number): BinimportError {
  const state = `it has listed ${formatCount(most, "object")}, and no end has come`;
  return new BinimportError("target", `Cannot tell what else is in "${target}": ${state}`, {
    hint:
      "Its list may have no end: see the server's log. Where so much is stored, give the files " +
      "of imports a prefix or folder of their own.",
  });
}
