/** What each method gives, looked at where it is called: so its author reads what was wrong with it. */
import type { StorageAdapter } from "../adapter.ts";
import { GIVES, shown } from "../shapes.ts";
import { aroundCalls, delegate } from "../wrappers/mod.ts";
import { mismatch, quote } from "./expect.ts";

/** The adapter, with a failure of the case for each call that does not give what it should. */
export function strictly(adapter: StorageAdapter): StorageAdapter {
  const checked = delegate(adapter, {
    list: (list) => (prefix, options) => {
      const given = list(prefix, options);
      if (typeof Object(given)[Symbol.asyncIterator] === "function") return given;
      throw mismatch("an async iterable from list()", shown(given), "Write async *list(prefix).");
    },
    publicUrl: (publicUrl) => (key) => {
      const given = publicUrl(key);
      if (given === undefined || given instanceof URL) return given;
      throw mismatch("a URL or undefined from publicUrl()", shown(given));
    },
  });
  return aroundCalls(checked, async ({ name, key }, run) => {
    const value = await promiseOf(name, run);
    if (name === "stat" && value === null) {
      throw mismatch(`stat(${quote(key ?? "")}) to give undefined`, "null");
    }
    const [is, kind] = GIVES[name] ?? [];
    if (is?.(value) === false) throw mismatch(`${kind} from ${name}()`, shown(value));
    return value;
  });
}

/** Errors that a method threw where it should have rejected, and which method. */
const thrown = new WeakMap<object, string>();

/** What an author is told of an error of the adapter's own; `undefined` when it was a rejection. */
export function threwInstead(error: unknown): string | undefined {
  const name = thrown.get(Object(error));
  return name && `${name}() threw instead of rejecting: declare it async.`;
}

/** What is thrown becomes a rejection, as it does in an import. */
function promiseOf<T>(name: string, run: () => Promise<T>): Promise<T> {
  let given: Promise<T>;
  try {
    given = run();
  } catch (error) {
    thrown.set(Object(error), name);
    throw error;
  }
  if (typeof Object(given).then === "function") return given;
  const hint = "Declare it async, or return Promise.resolve(…).";
  throw mismatch(`a promise from ${name}()`, shown(given), hint);
}
