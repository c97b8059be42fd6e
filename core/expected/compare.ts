/** Whether a target has what nodes will ask for. */
import { type ReadableTarget, verifyFiles, type VerifyOptions } from "../importer/mod.ts";
import {
  type CallOptions,
  emptyManifest,
  isStateKey,
  loadManifest,
  type Manifest,
  type ObjectInfo,
} from "../storage/mod.ts";
import { messageOf } from "../util/errors.ts";
import { type Expectation, isUndecided, type WantedFile } from "./expectation.ts";

/** What was found of something expected; `undecided` is never as good as `present`. */
export interface ExpectedFinding {
  readonly expectation: Expectation;
  readonly state: "present" | "different" | "missing" | "undecided";
  /** What was seen instead, or why it cannot be told. */
  readonly detail?: string;
  /** The key of the nearest version that is there. */
  readonly nearest?: string;
}

const STATES = { ok: "present", different: "different", unreadable: "undecided" } as const;

/** Looks for everything expected, and reports each finding; gives the keys that nobody expects. */
export async function compareExpected(
  target: ReadableTarget,
  expected: readonly Expectation[],
  options: VerifyOptions,
  report: (finding: ExpectedFinding) => void,
): Promise<string[]> {
  const { signal } = options;
  const call: CallOptions = { ...(signal && { signal }) };
  const undecided = (expectation: Expectation, detail: string) =>
    report({ expectation, state: "undecided", detail });
  const wanted = new Map<string, WantedFile>();
  for (const one of expected) {
    if (isUndecided(one)) undecided(one, one.reason);
    else wanted.set(one.key, one);
  }
  // What cannot be had is not there: each file tells of a place that is down.
  const listing = listed(target, call).catch(() => undefined);
  const { files: recorded } = await loadManifest(target, call).catch(emptyManifest);
  signal?.throwIfAborted();

  const inTarget = options.mode === "target" || target.publicUrl?.("x") === undefined;
  let isVague = false; // of files without a digest its answers tell nothing
  if (!inTarget) {
    const absent = `binimport-${crypto.randomUUID()}`;
    try {
      isVague = await isServed(target, absent, options);
    } catch (error) {
      signal?.throwIfAborted();
      const reason = messageOf(error).replace(`/${absent}`, ""); // it is not about that file
      for (const one of wanted.values()) undecided(one, reason);
      return [];
    }
  }

  const missing: { readonly expectation: WantedFile; readonly detail?: string | undefined }[] = [];
  const known = inTarget && target.capabilities?.prefersList ? await listing : undefined;
  // One list has told of all; a question for each file would take longer.
  const looked = known === undefined
    ? target
    : { ...target, stat: (key: string) => Promise.resolve(known.get(key)) };
  await verifyFiles(looked, sized(wanted, recorded), options, ({ key, state, detail }) => {
    const expectation = wanted.get(key);
    if (expectation === undefined) return;
    if (state === "missing") missing.push({ expectation, detail });
    else if (state === "ok" && isVague && expectation.sha256 === undefined) {
      undecided(expectation, "the server says 200 to names that do not exist, too");
    } else report({ expectation, state: STATES[state], ...(detail !== undefined && { detail }) });
  });
  const there = await listing ?? recorded;
  signal?.throwIfAborted();
  const nearest = there.size > 0
    ? nearestAmong(there.keys())
    : await lookAround(target, missing.map(({ expectation }) => expectation.key), options, isVague);
  for (const { expectation, detail } of missing) {
    const near = nearest(expectation.key);
    report({
      expectation,
      state: "missing",
      ...(detail !== undefined && !inTarget && { detail }), // of a folder the state says it all
      ...(near !== undefined && { nearest: near }),
    });
  }
  return [...there.keys()].filter((key) => !wanted.has(key));
}

/** What is there; undefined where that cannot be told. */
async function listed({ list }: ReadableTarget, call: CallOptions) {
  if (list === undefined) return undefined;
  const there = new Map<string, ObjectInfo>();
  for await (const one of list("", call)) if (!isStateKey(one.key)) there.set(one.key, one);
  return there;
}

/** A length that was recorded tells a file from a part of it, and from a page that says all is well. */
function sized(
  wanted: ReadonlyMap<string, WantedFile>,
  recorded: Manifest["files"],
): WantedFile[] {
  return [...wanted.values()].map((one) => {
    const size = one.size ?? recorded.get(one.key)?.size;
    // Of a file with a digest that is another one than was recorded, the length says nothing.
    return size === undefined || one.sha256 !== undefined ? one : { ...one, size };
  });
}

async function isServed(
  { publicUrl }: ReadableTarget,
  key: string,
  { fetch, signal }: VerifyOptions,
): Promise<boolean> {
  const url = publicUrl?.(key);
  if (url === undefined) return false;
  const answer = await fetch(url, { method: "HEAD", ...(signal && { signal }) });
  answer.close();
  return answer.status === 200;
}

/** The key of the same file in the nearest version, if there is one. */
type Nearest = (key: string) => string | undefined;

/** So many files that are missing are looked around for. */
const LOOKED_AROUND = 40;

/** Where nothing tells what is there, versions near by are asked for. */
async function lookAround(
  target: ReadableTarget,
  missing: readonly string[],
  options: VerifyOptions,
  isVague: boolean,
): Promise<Nearest> {
  const found = new Map<string, string>();
  for (const key of isVague ? [] : missing.slice(0, LOOKED_AROUND)) {
    for (const other of neighbours(key)) {
      if (!await isServed(target, other, options).catch(() => false)) continue;
      found.set(key, other);
      break;
    }
  }
  return (key) => found.get(key);
}

/** Three numbers or two, as in `v1.32.4` and `cri-o.amd64.v1.32.0.tar.gz`. */
const VERSION = /(?<![\d.])\d+(?:\.\d+){1,2}(?![\d])/g;

function nearestAmong(keys: Iterable<string>): Nearest {
  const shapeOf = (key: string) => key.replaceAll(VERSION, "#");
  const byShape = Map.groupBy(keys, shapeOf);
  return (key) => {
    const wanted = versionOf(key);
    if (wanted === undefined) return undefined;
    const others = (byShape.get(shapeOf(key)) ?? []).filter((other) => other !== key);
    return others.map((other) => ({ other, distance: distance(wanted, versionOf(other) ?? []) }))
      .sort((a, b) => a.distance - b.distance || (a.other < b.other ? 1 : -1))[0]?.other;
  };
}

/** Versions that are asked for on each side of one that is missing. */
const REACH = 10;

/** Keys of the same file in other patch releases, nearest first. */
function neighbours(key: string): string[] {
  const [, , patch] = versionOf(key) ?? [];
  const [version] = key.match(VERSION) ?? [];
  if (patch === undefined || version === undefined) return [];
  return Array.from({ length: REACH }, (_, i) => [patch - i - 1, patch + i + 1]).flat()
    .filter((other) => other >= 0)
    .map((other) => key.replaceAll(version, version.replace(/\d+$/, String(other))));
}

function versionOf(key: string): number[] | undefined {
  return key.match(VERSION)?.[0]?.split(".").map(Number);
}

/** Another minor release is further away than any patch release of the same one. */
function distance(a: readonly number[], b: readonly number[]): number {
  const [major = 0, minor = 0, patch = 0] = [0, 1, 2].map((i) =>
    Math.abs((a[i] ?? 0) - (b[i] ?? 0))
  );
  return major * 1e8 + minor * 1e4 + patch;
}
