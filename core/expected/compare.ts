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
import { lookAround, nearestAmong } from "./nearest.ts";

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

  const missing: ExpectedFinding[] = [];
  const known = inTarget && target.capabilities?.prefersList ? await listing : undefined;
  // One list has told of all; a question for each file would take longer.
  const looked = known === undefined
    ? target
    : { ...target, stat: (key: string) => Promise.resolve(known.get(key)) };
  const files = wanted.values().map((one) => sized(one, recorded));
  await verifyFiles(looked, files, options, ({ key, state, detail }) => {
    const expectation = wanted.get(key);
    if (expectation === undefined) return;
    // That a file is missing in a folder says it all.
    const seen = detail === undefined || inTarget && state === "missing" ? {} : { detail };
    if (state === "missing") missing.push({ expectation, state, ...seen });
    else if (state === "ok" && isVague && expectation.sha256 === undefined) {
      undecided(expectation, "the server says 200 to names that do not exist, too");
    } else report({ expectation, state: STATES[state], ...seen });
  });
  const there = [...(await listing ?? recorded).keys()];
  signal?.throwIfAborted();
  const isThere = (key: string) => isServed(target, key, options).catch(() => false);
  const near = there.length > 0 || isVague
    ? there
    : await lookAround(missing.map(({ expectation }) => expectation.key), isThere);
  const nearestTo = nearestAmong(near);
  for (const finding of missing) {
    const nearest = nearestTo(finding.expectation.key);
    report({ ...finding, ...(nearest !== undefined && { nearest }) });
  }
  return there.filter((key) => !wanted.has(key));
}

/** What is there; undefined where that cannot be told. */
async function listed({ list }: ReadableTarget, call: CallOptions) {
  if (list === undefined) return undefined;
  const there = new Map<string, ObjectInfo>();
  for await (const one of list("", call)) if (!isStateKey(one.key)) there.set(one.key, one);
  return there;
}

/**
 * A length that was recorded tells a file from a part of it, and from a page that says all is well.
 * Of a file with a digest, which may be another one than was recorded, it says nothing.
 */
function sized(one: WantedFile, recorded: Manifest["files"]): WantedFile {
  const { size } = recorded.get(one.key) ?? {};
  return size === undefined || one.sha256 !== undefined ? one : { size, ...one };
}

/** Whether the URL of a key answers with 200. */
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
