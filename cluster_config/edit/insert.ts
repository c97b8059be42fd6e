/** Writes keys that are not there yet. */
import type { Pair, YAMLMap } from "yaml";
import type { ClusterDocument } from "../document.ts";
import {
  colonEnd,
  keySpan,
  pairEnd,
  renderScalar,
  type ScalarPlace,
  valueSpan,
} from "../yaml_nodes.ts";
import {
  indentStep,
  lineBreak,
  lineEnd,
  linePrefix,
  lineStart,
  placeIn,
  type Splice,
  tooUnusual,
} from "./splice.ts";

/** Behind a pair; or before all others, under the pair whose value the mapping is. */
export type Spot = { readonly after: Pair } | { readonly under: Pair };

/** Text to write, under keys within keys. */
export interface Entry {
  readonly path: readonly string[];
  readonly value: string;
}

/** Writes an entry into a mapping. */
export function insertEntry(
  map: YAMLMap,
  spot: Spot,
  entry: Entry,
  cluster: ClusterDocument,
): Splice {
  const after = "after" in spot ? spot.after : undefined;
  if (map.flow) return insertIntoFlow(map, after, entry, cluster);
  const sibling = after ?? map.items[0];
  if (sibling === undefined) throw tooUnusual(cluster, map.range?.[0] ?? 0, "a mapping is empty");
  const lines = renderLines(entry, indentOf(sibling, cluster), indentStep(cluster));
  const { text } = cluster.source;
  const at = "after" in spot ? behindPair(text, spot.after) : belowKey(spot.under, cluster);
  return insertLines(text, at, lines);
}

/** The offset of the line below a key whose value begins there: comments on it stay with it. */
function belowKey(pair: Pair, cluster: ClusterDocument): number {
  const newline = pair.srcToken?.sep?.find(({ type }) => type === "newline");
  if (newline !== undefined) return newline.offset + newline.source.length;
  throw tooUnusual(cluster, keySpan(pair).start, `${String(pair.key)} and its value share a line`);
}

/** Gives an entry to a pair that has no value yet, or whose value is an alias, which is replaced. */
export function fillPair(
  map: YAMLMap,
  pair: Pair,
  entry: Entry,
  cluster: ClusterDocument,
): Splice[] {
  const { text } = cluster.source;
  const start = colonEnd(pair) ?? keySpan(pair).end;
  const value = valueSpan(pair) ?? { start, end: start };
  if (map.flow) {
    const colon = colonEnd(pair) === undefined ? ": " : value.start === start ? " " : "";
    return [{ ...value, text: `${colon}{${renderFlow(entry, placeIn(map, cluster))}}` }];
  }
  const blank = text.slice(start, value.start).trim() === "";
  const step = indentStep(cluster);
  const lines = renderLines(entry, indentOf(pair, cluster) + step, step);
  return [
    { start: blank ? start : value.start, end: value.end, text: "" },
    insertLines(text, lineEnd(text, value.end), lines),
  ];
}

/** The offset of the line behind a pair. A block scalar ends with its last line. */
export function behindPair(text: string, pair: Pair): number {
  const end = pairEnd(pair);
  return lineStart(text, end) === end && valueSpan(pair) !== undefined ? end : lineEnd(text, end);
}

/** The white space before a pair of a mapping that is written on lines. */
function indentOf(pair: Pair, cluster: ClusterDocument): string {
  const { start } = keySpan(pair);
  const prefix = linePrefix(cluster.source.text, start);
  if (/^ *$/.test(prefix)) return prefix;
  throw tooUnusual(cluster, start, `${String(pair.key)} does not begin its line`);
}

function insertLines(text: string, at: number, lines: readonly string[]): Splice {
  const eol = lineBreak(text, at);
  const lastLineIsOpen = at === text.length && at > 0 && !text.endsWith("\n");
  const joined = lines.join(eol);
  return { start: at, end: at, text: lastLineIsOpen ? eol + joined : joined + eol };
}

function insertIntoFlow(
  map: YAMLMap,
  after: Pair | undefined,
  entry: Entry,
  cluster: ClusterDocument,
): Splice {
  const text = renderFlow(entry, placeIn(map, cluster));
  if (after !== undefined) {
    const at = pairEnd(after);
    return { start: at, end: at, text: `, ${text}` };
  }
  const at = (map.range?.[0] ?? 0) + "{".length;
  const space = /\s/.test(cluster.source.text.charAt(at)) ? "" : " ";
  return { start: at, end: at, text: map.items.length === 0 ? text : `${text},${space}` };
}

/** A key a line, without line ends, each `step` deeper than the one around it. */
function renderLines({ path, value }: Entry, indent: string, step: string): string[] {
  const lines = path.map((key, depth) => `${indent}${step.repeat(depth)}${key}:`);
  return lines.with(-1, `${lines.at(-1)} ${renderScalar(value, "plain", "block")}`);
}

/** An entry as it stands within braces. */
function renderFlow({ path, value }: Entry, place: ScalarPlace): string {
  const names = path.map((key) => place === "json" ? JSON.stringify(key) : key);
  const rendered = renderScalar(value, "plain", place);
  return names.join(": {") + `: ${rendered}` + "}".repeat(names.length - 1);
}
