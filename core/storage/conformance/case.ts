/** What a conformance case is, and the bench that each of them works on. */
import type { ObjectInfo, PutOptions, PutSource, Staged, StorageAdapter } from "../adapter.ts";
import { bytesSource } from "../put_source.ts";
import { expectAbsent, expectNothingNew, expectObject, mismatch } from "./expect.ts";
import { sample } from "./sources.ts";
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
  /** How the case stores objects. */
  readonly way: "put" | "stage";
  /** The folder of this case's keys, ending in `/`. */
  readonly folder: string;
  /** A key inside that folder. */
  key(name: string): string;
  /** Puts bytes under a name in the folder. */
  put(name: string, bytes: Uint8Array): Promise<ObjectInfo>;
  /** Stores under a key, in the way of the case; what is staged is published. */
  store(key: string, source: PutSource, options?: PutOptions): Promise<void>;
  stage(key: string, source: PutSource, options?: PutOptions): Promise<Staged>;
  /** Requires these bytes under a name in the folder; or nothing there. */
  expect(name: string, bytes: Uint8Array | undefined): Promise<void>;
}

/** The optional method without which a case is skipped, or what tells why it is. */
type Skip = "prepare" | "stage" | "list" | "remove" | "publicUrl" | ConformanceCase["skip"];

/** Defines a case that opens adapters itself. */
export function openCase(
  name: string,
  run: ConformanceCase["run"],
  skip?: ConformanceCase["skip"],
): ConformanceCase {
  const open = async (context: ConformanceContext) => strictly(await context.open());
  const strict = (context: ConformanceContext) => ({ ...context, open: () => open(context) });
  return { name, ...(skip && { skip }), run: (context) => run(strict(context)) };
}

/** Defines a case that gets a prepared adapter, disposed of when the case is over. */
export function defineCase(
  name: string,
  body: (bench: Bench) => Promise<void> | void,
  skip?: Skip,
  way: Bench["way"] = "put",
): ConformanceCase {
  const folder = `conformance/${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}/`;
  return openCase(name, async (context) => {
    await using adapter = await context.open();
    await adapter.prepare?.();
    await body(benchOf(adapter, context, folder, way));
  }, typeof skip === "string" ? unlessThere(skip) : skip);
}

function unlessThere(method: Exclude<Skip, ConformanceCase["skip"]>): ConformanceCase["skip"] {
  return (adapter) => adapter[method] === undefined ? `${method}() is absent` : undefined;
}

/** Defines a case once for `put` and once for `stage`; the latter is skipped where it is absent. */
export function defineBoth(
  name: string,
  body: (bench: Bench) => Promise<void>,
  skip?: ConformanceCase["skip"],
): ConformanceCase[] {
  const skipStage: ConformanceCase["skip"] = (adapter, context) =>
    unlessThere("stage")?.(adapter, context) ?? skip?.(adapter, context);
  return [
    defineCase(`put: ${name}`, body, skip, "put"),
    defineCase(`stage: ${name}`, body, skipStage, "stage"),
  ];
}

function benchOf(
  adapter: StorageAdapter,
  context: ConformanceContext,
  folder: string,
  way: Bench["way"],
): Bench {
  const key = (name: string) => folder + name;
  const stage: Bench["stage"] = (key, source, options) => {
    if (adapter.stage !== undefined) return adapter.stage(key, source, options);
    throw mismatch("stage() to be there still", "none after prepare()");
  };
  return {
    ...{ adapter, context, way, folder, key, stage },
    put: (name, bytes) => adapter.put(key(name), bytesSource(bytes)),
    async store(key, source, options) {
      if (way === "put") await adapter.put(key, source, options);
      else await (await stage(key, source, options)).publish();
    },
    expect: (name, bytes) =>
      bytes === undefined
        ? expectAbsent(adapter, key(name))
        : expectObject(adapter, key(name), bytes),
  };
}

/** Requires that something, tried on a key with an object and on one without, changes neither. */
export async function expectUntouched(
  { adapter, key, put, expect }: Bench,
  attempt: (key: string) => Promise<unknown>,
): Promise<void> {
  const old = sample(777, 7);
  await put("old", old);
  await expectNothingNew(adapter, async () => {
    for (const name of ["old", "fresh"]) await attempt(key(name));
  });
  await expect("old", old);
  await expect("fresh", undefined);
}
