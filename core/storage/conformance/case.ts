/** What a conformance case is, and the bench that each of them works on. */
import type { PutOptions, PutSource, Staged, StorageAdapter } from "../adapter.ts";
import { expectAbsent, expectNothingNew, expectObject, mismatch } from "./expect.ts";
import { sample, whole } from "./sources.ts";
import { strictly } from "./strict.ts";

/** The place under test, as its author hands it over. */
export interface ConformanceContext {
  /** Opens a new adapter, unprepared, on the same and initially empty place. */
  open(): Promise<StorageAdapter>;
  /** Credentials in use, none of which may show in `target`. */
  readonly secrets?: readonly string[];
  /** Size in bytes from which the adapter stores in parts; tried one byte either side. */
  readonly partSize?: number;
  /** How long an aborted call may take to settle, in milliseconds. Default: 10,000. */
  readonly settleTime?: number;
  /** Whether nothing else goes on in this process: then its open files are counted. */
  readonly alone?: boolean;
  /** Ends the run. */
  readonly signal?: AbortSignal;
}

/** One thing that every adapter owes its callers. */
export interface ConformanceCase {
  /** What is tried; unique. */
  readonly name: string;
  /** Why it does not apply to this adapter; `undefined` when it does. */
  skip?(adapter: StorageAdapter, context: ConformanceContext): string | undefined;
  /** Tries it; rejects with "expected …, got …" when the adapter fails it. */
  run(context: ConformanceContext): Promise<void>;
}

/** What a case works on: a prepared adapter, and keys that no other case uses. */
export interface Bench {
  readonly adapter: StorageAdapter;
  /** The place it was opened on. */
  readonly context: ConformanceContext;
  /** The folder of this case's keys, ending in `/`. */
  readonly folder: string;
  /** A key inside that folder. */
  key(name: string): string;
}

/** Defines a case that opens adapters itself. */
export function openCase(
  name: string,
  run: ConformanceCase["run"],
  skip?: ConformanceCase["skip"],
): ConformanceCase {
  const strict = (context: ConformanceContext): ConformanceContext => ({
    ...context,
    open: async () => strictly(await context.open()),
  });
  return { name, ...(skip && { skip }), run: (context) => run(strict(context)) };
}

/** Defines a case that gets a prepared adapter, disposed of when the case is over. */
export function defineCase(
  name: string,
  body: (bench: Bench) => Promise<void> | void,
  skip?: ConformanceCase["skip"],
): ConformanceCase {
  const folder = `conformance/${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}/`;
  return openCase(name, async (context) => {
    await using adapter = await context.open();
    await adapter.prepare?.();
    await body({ adapter, context, folder, key: (rest) => folder + rest });
  }, skip);
}

/** Skips a case on adapters that lack an optional method. */
export function needs(method: "prepare" | "stage" | "list" | "remove" | "publicUrl"): (
  adapter: StorageAdapter,
) => string | undefined {
  return (adapter) => adapter[method] === undefined ? `${method}() is absent` : undefined;
}

/** Stages an object; the case must have asked for `stage` in its `skip`. */
export function stage(
  { adapter }: Bench,
  key: string,
  source: PutSource,
  options?: PutOptions,
): Promise<Staged> {
  if (adapter.stage === undefined) {
    throw mismatch("stage() to be there still", "none after prepare()");
  }
  return adapter.stage(key, source, options);
}

/** Requires that something, tried on a key with an object and on one without, changes neither. */
export async function expectUntouched(
  { adapter, key }: Bench,
  attempt: (key: string) => Promise<unknown>,
): Promise<void> {
  const old = sample(777, 7);
  await adapter.put(key("old"), whole(old));
  await expectNothingNew(adapter, async () => {
    for (const name of ["old", "fresh"]) await attempt(key(name));
  });
  await expectObject(adapter, key("old"), old);
  await expectAbsent(adapter, key("fresh"));
}

/** The two ways of storing an object. */
export type Way = "put" | "stage";

/** Stores an object in one way or the other; `stage` is published at once. */
export async function store(
  bench: Bench,
  way: Way,
  key: string,
  source: PutSource,
  options?: PutOptions,
): Promise<void> {
  if (way === "put") await bench.adapter.put(key, source, options);
  else await (await stage(bench, key, source, options)).publish();
}

/** Defines a case once for `put` and once for `stage`; the latter is skipped where it is absent. */
export function defineBoth(
  name: string,
  body: (bench: Bench, way: Way) => Promise<void>,
  skip?: ConformanceCase["skip"],
): ConformanceCase[] {
  const noStage = needs("stage");
  return [
    defineCase(`put: ${name}`, (bench) => body(bench, "put"), skip),
    defineCase(
      `stage: ${name}`,
      (bench) => body(bench, "stage"),
      (adapter, context) => noStage(adapter) ?? skip?.(adapter, context),
    ),
  ];
}
