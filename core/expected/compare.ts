/** Whether a target has what nodes will ask for. */
import type { Fetch } from "../http/mod.ts";
import {
  type Finding,
  type ReadableTarget,
  verifyFiles,
  type VerifyOptions,
} from "../importer/mod.ts";
import { isStateKey, loadManifest } from "../storage/mod.ts";
import { messageOf } from "../util/errors.ts";
import { type Expectation, isUndecided, type WantedFile } from "./expectation.ts";
import { type Nearest, nearestAmong, neighbours } from "./nearest.ts";

/** What was found of something expected; `undecided` is never as good as `present`. */
export interface ExpectedFinding {
  readonly expectation: Expectation;
  readonly state: "present" | "different" | "missing" | "undecided";
  /** What was seen instead, or why it cannot be told. */
  readonly detail?: string;
  /** The key of the nearest version that is there. */
  readonly nearest?: string;
}

/** Versions that are asked for on each side of one that is missing, where no list can be had. */
const REACH = 10;

/** So many files that are missing are looked around for. */
const LOOKED_AROUND = 40;

/** Looks for everything expected, and reports each finding; gives the keys that nobody expects. */
export async function compareExpected(
  target: ReadableTarget,
  expected: readonly Expectation[],
  options: VerifyOptions,
  report: (finding: ExpectedFinding) => void,
): Promise<string[]> {
  const wanted = new Map<string, WantedFile>();
  for (const one of expected) {
    if (!isUndecided(one)) wanted.set(one.key, one);
    else report({ expectation: one, state: "undecided", detail: one.reason });
  }
  const listing = listedKeys(target, options);
  listing.catch(() => {}); // it is awaited once files have been asked for, unless that fails before
  const recorded = await recordedKeys(target, options);
  const inTarget = options.mode === "target" || target.publicUrl?.("x") === undefined;
  const known = inTarget ? await listing : undefined;
  const doubt = inTarget ? undefined : await doubtOf(target, options);
  if (doubt?.of === "everything") {
    for (const one of wanted.values()) {
      report({ expectation: one, state: "undecided", detail: doubt.reason });
    }
    return [];
  }
  const missing: Finding[] = [];
  const looked = known === undefined ? target : { ...target, stat: statOf(known) };
  await verifyFiles(looked, sized(wanted, recorded), options, (finding) => {
    const expectation = wanted.get(finding.key);
    if (expectation === undefined) return;
    if (finding.state === "missing") return void missing.push(finding);
    const { detail } = finding;
    const unsure = doubt !== undefined && expectation.sha256 === undefined &&
      finding.state === "ok";
    if (unsure) return report({ expectation, state: "undecided", detail: doubt.reason });
    const state = finding.state === "ok"
      ? "present"
      : finding.state === "different"
      ? "different"
      : "undecided";
    report({ expectation, state, ...(detail === undefined ? {} : { detail }) });
  });
  const there = await listing ?? recorded;
  const nearest = there.size === 0
    ? await lookAround(target, missing, options, doubt === undefined)
    : nearestAmong(there.keys());
  for (const { key, detail } of missing) { // of a folder or bucket, the state says it all
    const expectation = wanted.get(key);
    if (expectation === undefined) continue;
    const near = nearest(key);
    report({
      expectation,
      state: "missing",
      ...(detail === undefined || inTarget ? {} : { detail }),
      ...(near === undefined ? {} : { nearest: near }),
    });
  }
  return [...there.keys()].filter((key) => !wanted.has(key));
}

type Sizes = ReadonlyMap<string, number>;

/** What is there; undefined where that cannot be told: each file tells of a place that is down. */
async function listedKeys(
  { list }: ReadableTarget,
  { signal }: VerifyOptions,
): Promise<Sizes | undefined> {
  if (list === undefined) return undefined;
  const keys = new Map<string, number>();
  try {
    for await (const { key, size } of list("", callOf(signal))) {
      if (!isStateKey(key)) keys.set(key, size);
    }
    return keys;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

/** What imports have recorded; nothing where no record can be had. */
async function recordedKeys(target: ReadableTarget, { signal }: VerifyOptions): Promise<Sizes> {
  try {
    const { files } = await loadManifest(target, callOf(signal));
    return new Map([...files].map(([key, { size }]) => [key, size]));
  } catch {
    signal?.throwIfAborted();
    return new Map();
  }
}

function callOf(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** One list has told of all; a question for each file would take longer. */
function statOf(known: Sizes): ReadableTarget["stat"] {
  return (key) => {
    const size = known.get(key);
    return Promise.resolve(size === undefined ? undefined : { key, size });
  };
}

/** A length that was recorded tells a file from a part of it, and from a page that says all is well. */
function sized(wanted: ReadonlyMap<string, WantedFile>, recorded: Sizes): WantedFile[] {
  return [...wanted.values()].map((one) => {
    const size = one.size ?? recorded.get(one.key);
    // Of a file with a digest that is another one than was recorded, the length says nothing.
    return size === undefined || one.sha256 !== undefined ? one : { ...one, size };
  });
}

/** Why what a server answers is not to be relied on. */
interface Doubt {
  /** Nothing can be told, or nothing of files without a digest. */
  readonly of: "everything" | "presence";
  readonly reason: string;
}

/** Asks for a file that cannot be there. */
async function doubtOf(
  { publicUrl }: ReadableTarget,
  { fetch, signal }: VerifyOptions,
): Promise<Doubt | undefined> {
  const url = publicUrl?.(`binimport-${crypto.randomUUID()}`);
  if (url === undefined) return undefined;
  try {
    if (!await answers(url, fetch, signal)) return undefined;
    return { of: "presence", reason: "the server says 200 to names that do not exist, too" };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = messageOf(error).replace(url.href, url.origin); // it is not about that file
    return { of: "everything", reason };
  }
}

async function answers(url: URL, fetch: Fetch, signal?: AbortSignal): Promise<boolean> {
  const answer = await fetch(url, { method: "HEAD", ...callOf(signal) });
  answer.close();
  return answer.status === 200;
}

/** Where nothing tells what is there, versions near by are asked for. */
async function lookAround(
  { publicUrl }: ReadableTarget,
  missing: readonly Finding[],
  { fetch, signal }: VerifyOptions,
  isReliable: boolean,
): Promise<Nearest> {
  const found = new Map<string, string>();
  if (publicUrl === undefined || !isReliable) return () => undefined;
  for (const { key } of missing.slice(0, LOOKED_AROUND)) {
    for (const other of neighbours(key, REACH)) {
      const url = publicUrl(other);
      if (url === undefined || !await answers(url, fetch, signal).catch(() => false)) continue;
      found.set(key, other);
      break;
    }
  }
  return (key) => found.get(key);
}
