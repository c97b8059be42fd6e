/** Cases: an adapter prints nothing, since standard output belongs to the program's results. */
import process from "node:process";
import type { StorageAdapter } from "../adapter.ts";
import type { ConformanceCase } from "./case.ts";
import { mismatch, quote } from "./expect.ts";
import { sample, whole } from "./sources.ts";

/** The name of the case: whoever sees the process's real output can tell what came of it too. */
export const SILENCE_CASE = "nothing is printed to standard output";

/** Objects that print, and the methods that do. */
const PRINTERS: readonly (readonly [object: unknown, methods: readonly string[]])[] = [
  [Reflect.get(globalThis, "console"), ["log", "info", "debug", "dir", "table", "group"]],
  [process.stdout, ["write"]],
  [Reflect.get(Object(Reflect.get(globalThis, "Deno")), "stdout"), ["write", "writeSync"]],
];

/** Has everything that is printed go to `onText` instead, until it is disposed of. */
function intercept(onText: (text: string) => void): Disposable {
  const restore: (() => void)[] = [];
  for (const [object, methods] of PRINTERS) {
    if (typeof object !== "object" || object === null) continue;
    for (const method of methods) {
      const original = Object.getOwnPropertyDescriptor(object, method);
      const print = (what: unknown) => {
        onText(what instanceof Uint8Array ? new TextDecoder().decode(what) : String(what));
        return what instanceof Uint8Array ? what.length : true;
      };
      Object.defineProperty(object, method, { value: print, configurable: true, writable: true });
      restore.push(() => {
        if (original === undefined) Reflect.deleteProperty(object, method);
        else Object.defineProperty(object, method, original);
      });
    }
  }
  return { [Symbol.dispose]: () => restore.forEach((one) => one()) };
}

/** What an author is told whose adapter prints. */
export function printedTo(text: string): Error {
  return mismatch(
    "nothing on standard output",
    quote(text.slice(0, 200)),
    "With --json it would break what scripts read. Use host.debug() or host.warn().",
  );
}

const silence: ConformanceCase = {
  name: SILENCE_CASE,
  async run(context) {
    const printed: string[] = [];
    {
      using _ = intercept((text) => void printed.push(text));
      await using adapter = await context.open();
      await adapter.prepare?.();
      await callAll(adapter, "conformance/silent/object");
    }
    if (printed.length > 0) throw printedTo(printed.join(""));
  },
};

async function callAll(adapter: StorageAdapter, key: string): Promise<void> {
  await adapter.put(key, whole(sample(1000)));
  await (await adapter.stage?.(key, whole(sample(100))))?.publish();
  await adapter.stat(key);
  for await (const _ of await adapter.get(key));
  for await (const _ of adapter.list?.(key) ?? []);
  await adapter.remove?.(key);
  await adapter.get(`${key}-absent`).catch(() => {});
}

/** An adapter prints nothing. */
export const outputCases: readonly ConformanceCase[] = [silence];
