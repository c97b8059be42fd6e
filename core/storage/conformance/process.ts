/** Cases: what an adapter does to its process: files left open, text printed. */
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import process from "node:process";
import { fairClock, sleep } from "../../util/retry.ts";
import { tried } from "../../util/tried.ts";
import { type ConformanceCase, type ConformanceContext, openCase } from "./case.ts";
import { mismatch, quote } from "./expect.ts";
import { bytesSource } from "../put_source.ts";
import { isObject } from "../shapes.ts";
import { lying, sample } from "./sources.ts";

/** What the kernel tells of this process; only Linux has it. */
const OPEN_FILES = "/proc/self/fd";

const ROUNDS = 20; // enough for a leak at every call to stand out
const SLACK = 4; // what a runtime opens by itself meanwhile
const CLOSING_LIMIT = 2000; // how long closing may take, in milliseconds

function openFiles(): string[] {
  // The one that lists them is closed by now.
  return readdirSync(OPEN_FILES).flatMap((name) =>
    tried(() => readlinkSync(`${OPEN_FILES}/${name}`)) ?? []
  );
}

/** The life of an adapter: calls that succeed, fail, are left early or come to nothing. */
async function liveThrough(context: ConformanceContext, rounds: number): Promise<void> {
  await using adapter = await context.open();
  await adapter.prepare?.();
  for (let round = 0; round < rounds; round++) {
    const key = `conformance/open/${round}`;
    await adapter.put(key, bytesSource(sample(200_000)));
    await adapter.put(key, lying(sample(100), 200_000)).catch(() => {});
    await (await adapter.stage?.(key, bytesSource(sample(100))))?.discard();
    await adapter.stage?.(key, lying(sample(100), 200_000)).catch(() => {});
    for await (const _ of await adapter.get(key));
    for await (const _ of await adapter.get(key)) break;
    await (await adapter.get(key)).cancel();
    await adapter.get(`${key}-absent`).catch(() => {});
    await adapter.stat(key);
    for await (const _ of adapter.list?.("conformance/open/") ?? []) break;
  }
}

function leaked(before: readonly string[], after: readonly string[]): Error {
  // By file, and by kind of what is none, such as `socket`.
  const kinds = (names: readonly string[]) =>
    Map.groupBy(names, (name) => name.replace(/:\[\d+\]$/, ""));
  const former = kinds(before);
  const grown = [...kinds(after)]
    .filter(([kind, { length }]) => length > (former.get(kind)?.length ?? 0))
    .sort(([, a], [, b]) => b.length - a.length).map(([kind]) => kind).slice(0, 3);
  return mismatch(
    `${before.length} open files, as before ${ROUNDS} rounds of calls`,
    `${after.length}, more of ${grown.join(", ")}`,
    "Close what was opened: after an error, when a stream is cancelled, and in asyncDispose.",
  );
}

/**
 * The name of the case: whoever sees the process's real output can tell what came of it too.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { conformanceCases, SILENCE_CASE } from "binimport/conformance";
 *
 * assert(conformanceCases.some(({ name }) => name === SILENCE_CASE));
 * ```
 */
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
    if (!isObject(object)) continue;
    for (const method of methods) {
      const original: unknown = Reflect.get(object, method);
      const print = (what: unknown) => {
        onText(what instanceof Uint8Array ? new TextDecoder().decode(what) : String(what));
        return what instanceof Uint8Array ? what.length : true;
      };
      Reflect.set(object, method, print);
      restore.push(() => void Reflect.set(object, method, original));
    }
  }
  return { [Symbol.dispose]: () => restore.forEach((one) => one()) };
}

/**
 * What an author is told whose adapter prints.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { printedTo } from "binimport/conformance";
 *
 * assert(printedTo("done").message.includes('"done"'));
 * ```
 */
export function printedTo(text: string): Error {
  return mismatch(
    "nothing on standard output",
    quote(text.slice(0, 200)),
    "With --json it would break what scripts read. Use host.debug() or host.warn().",
  );
}

export const processCases: readonly ConformanceCase[] = [
  openCase("files and connections are closed again", async (context) => {
    await liveThrough(context, 1); // what is opened once for all, such as modules, is open now
    const before = openFiles();
    await liveThrough(context, ROUNDS);
    const clock = fairClock();
    while (openFiles().length > before.length + SLACK) {
      if (clock() > CLOSING_LIMIT) throw leaked(before, openFiles());
      await sleep(50);
    }
  }, (_, { alone }) => {
    if (!alone) return "other work in this process opens files too: use binimport adapter check";
    if (!existsSync(OPEN_FILES)) return `there is no ${OPEN_FILES} here`;
  }),
  openCase(SILENCE_CASE, async (context) => {
    const printed: string[] = [];
    {
      using _ = intercept((text) => void printed.push(text));
      await using adapter = await context.open();
      await adapter.prepare?.();
      const key = "conformance/silent/object";
      await adapter.put(key, bytesSource(sample(1000)));
      await (await adapter.stage?.(key, bytesSource(sample(100))))?.publish();
      await adapter.stat(key);
      for await (const _ of await adapter.get(key));
      for await (const _ of adapter.list?.(key) ?? []);
      await adapter.remove?.(key);
      await adapter.get(`${key}-absent`).catch(() => {});
    }
    if (printed.length > 0) throw printedTo(printed.join(""));
  }),
];
