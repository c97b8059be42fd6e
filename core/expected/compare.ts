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
  const undecided = (expectation: Expectation, detail: string) =>
    report({ expectation, state: "undecided", detail });
  const wanted = new Map<string, WantedFile>();
  for (const one of expected) {
    if (isUndecided(one)) undecided(one, one.reason);
    else wanted.set(one.key, one);
  }
  const listing = orNothing(listedSizes(target, options), options);
  listing.catch(() => {}); // it is awaited once files have been asked for, unless that fails before
  const recorded = await orNothing(recordedSizes(target, options), options) ?? new Map();
  const inTarget = options.mode === "target" || target.publicUrl?.("x") === undefined;
  const doubt = inTarget ? undefined : await doubtOf(target, options);
  if (doubt?.of === "everything") {
    for (const one of wanted.values()) undecided(one, doubt.reason);
    return [];
  }
  const missing: (Finding & { readonly expectation: WantedFile })[] = [];
  const looked = { ...target, ...statOf(inTarget ? await listing : undefined) };
  await verifyFiles(looked, sized(wanted, recorded), options, (finding) => {
    const expectation = wanted.get(finding.key);
    if (expectation === undefined) return;
    const { state, detail } = finding;
    if (state === "missing") return void missing.push({ ...finding, expectation });
    if (state === "ok" && doubt !== undefined && expectation.sha256 === undefined) {
      return undecided(expectation, doubt.reason);
    }
    report({ expectation, state: STATES[state], ...(detail === undefined ? {} : { detail }) });
  });
  const there = await listing ?? recorded;
  const nearest = there.size === 0
    ? await lookAround(target, missing, options, doubt === undefined)
    : nearestAmong(there.keys());
  for (const { key, detail, expectation } of missing) {
    const near = nearest(key);
    report({
      expectation,
      state: "missing",
      ...(detail === undefined || inTarget ? {} : { detail }), // of a folder the state says it all
      ...(near === undefined ? {} : { nearest: near }),
    });
  }
  return [...there.keys()].filter((key) => !wanted.has(key));
}

const STATES = { ok: "present", different: "different", unreadable: "undecided" } as const;

type Sizes = ReadonlyMap<string, number>;

/** What is there; undefined where that cannot be told: each file tells of a place that is down. */
async function listedSizes(
  { list }: ReadableTarget,
  { signal }: VerifyOptions,
): Promise<Sizes | undefined> {
  if (list === undefined) return undefined;
  const sizes = new Map<string, number>();
  for await (const { key, size } of list("", callOf(signal))) {
    if (!isStateKey(key)) sizes.set(key, size);
  }
  return sizes;
}

/** What imports have recorded. */
async function recordedSizes(target: ReadableTarget, { signal }: VerifyOptions): Promise<Sizes> {
  const { files } = await loadManifest(target, callOf(signal));
  return new Map(Array.from(files, ([key, { size }]) => [key, size]));
}

/** What cannot be had is not there; but who was told to stop stops. */
async function orNothing<T>(work: Promise<T>, { signal }: VerifyOptions): Promise<T | undefined> {
  const result = await work.catch(() => undefined);
  signal?.throwIfAborted();
  return result;
}

function callOf(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** One list has told of all; a question for each file would take longer. */
function statOf(known: Sizes | undefined): Partial<Pick<ReadableTarget, "stat">> {
  if (known === undefined) return {};
  return {
    stat(key) {
      const size = known.get(key);
      return Promise.resolve(size === undefined ? undefined : { key, size });
    },
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

/** Why what a server answers is not to be relied on: for nothing, or of files without a digest. */
interface Doubt {
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
    if (!await isThere(url, fetch, signal)) return undefined;
    return { of: "presence", reason: "the server says 200 to names that do not exist, too" };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = messageOf(error).replace(url.href, url.origin); // it is not about that file
    return { of: "everything", reason };
  }
}

async function isThere(url: URL, fetch: Fetch, signal?: AbortSignal): Promise<boolean> {
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
      if (url === undefined || !await isThere(url, fetch, signal).catch(() => false)) continue;
      found.set(key, other);
      break;
    }
  }
  return (key) => found.get(key);
}
