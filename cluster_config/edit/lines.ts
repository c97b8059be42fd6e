/** How a file is written: its lines, its indentation, and how something new is to look in it. */
import { isMap, type Pair, type YAMLMap } from "yaml";
import type { BinimportError } from "../../core/util/errors.ts";
import { type ClusterDocument, invalid, lineOf } from "../document.ts";
import { keySpan, renderScalar, type ScalarPlace } from "../yaml_nodes.ts";

/** The text with something else from `start` up to `end`. */
export function splice(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

/** The offset at which the line of `offset` begins. */
export function lineStart(text: string, offset: number): number {
  return text.slice(0, offset).lastIndexOf("\n") + 1;
}

/** The offset behind the line of `offset`, its line end included. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline < 0 ? text.length : newline + 1;
}

/** What stands on the line of `offset` before it, a byte order mark left out. */
export function linePrefix(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset).replace(/^\ufeff/, "");
}

/** The text with lines at the beginning of a line; they end as the one before does, or the first. */
export function insertLines(text: string, at: number, lines: readonly string[]): string {
  const newline = text.lastIndexOf("\n", at - 1);
  const first = newline < 0 || at === 0 ? text.indexOf("\n") : newline;
  const eol = text[first - 1] === "\r" ? "\r\n" : "\n";
  const isOpen = at > 0 && at === text.length && !text.endsWith("\n");
  return splice(text, at, at, isOpen ? eol + lines.join(eol) : lines.join(eol) + eol);
}

/** A value under keys within keys. */
export interface Entry {
  readonly path: readonly string[];
  readonly value: string;
}

/** By how much the file indents what stands within something. */
function indentStep({ source: { text }, root }: ClusterDocument): string {
  const width = (pair: Pair) => linePrefix(text, keySpan(pair).start).length;
  for (const outer of root.items) {
    const inner = isMap(outer.value) && !outer.value.flow ? outer.value.items[0] : undefined;
    const step = inner === undefined ? 0 : width(inner) - width(outer);
    if (step > 0) return " ".repeat(step);
  }
  return "  ";
}

/** How a scalar in this mapping is to be written. */
export function placeIn(map: YAMLMap, { source }: ClusterDocument): ScalarPlace {
  if (!map.flow) return "block";
  try {
    JSON.parse(source.text.replace(/^\ufeff/, ""));
    return "json";
  } catch {
    return "flow";
  }
}

/** An entry as lines, a key a line: beside a pair, or below it. */
export function renderLines(
  cluster: ClusterDocument,
  { path, value }: Entry,
  pair: Pair,
  isBelow = false,
): string[] {
  const step = indentStep(cluster);
  const prefix = linePrefix(cluster.source.text, keySpan(pair).start);
  if (!/^ *$/.test(prefix)) throw notAtItsLine(cluster, pair);
  const lines = path.map((key, depth) => prefix + step.repeat(depth + Number(isBelow)) + `${key}:`);
  return lines.with(-1, `${lines.at(-1)} ${renderScalar(value, "plain", "block")}`);
}

/** An entry as it stands within the braces of a mapping. */
export function renderFlow(cluster: ClusterDocument, { path, value }: Entry, map: YAMLMap): string {
  const place = placeIn(map, cluster);
  const names = path.map((key) => place === "json" ? JSON.stringify(key) : key);
  const rendered = renderScalar(value, "plain", place);
  return names.join(": {") + `: ${rendered}` + "}".repeat(names.length - 1);
}

/** The error for a pair that stands behind something on its line. */
export function notAtItsLine(cluster: ClusterDocument, pair: Pair): BinimportError {
  return tooUnusual(cluster, keySpan(pair).start, `${pair.key} does not begin its line`);
}

/** The error for a way of writing that is valid, but that is not edited. */
export function tooUnusual(
  { source: { name, text } }: ClusterDocument,
  offset: number,
  state: string,
): BinimportError {
  const hint =
    "Write that part of the file in the usual way, a key and its value on a line, and try again.";
  return invalid(name, `line ${lineOf(text, offset)}: ${state}`, hint);
}
