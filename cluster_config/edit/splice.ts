/** Changes to a text, which leave every other character as it is. */
import { isMap, type Pair, type YAMLMap } from "yaml";
import type { BinimportError } from "../../core/util/errors.ts";
import { type ClusterDocument, invalid, lineOf } from "../document.ts";
import { keySpan, type ScalarPlace } from "../yaml_nodes.ts";

/** Puts `text` in the place of what stands from `start` up to `end`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with all splices made. They do not overlap, and come in the order of the text. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  return splices.reduceRight(
    (rest, { start, end, text }) => rest.slice(0, start) + text + rest.slice(end),
    text,
  );
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

/** How lines end where `offset` is: as the line before it does, else as the first one. */
export function lineBreak(text: string, offset: number): "\n" | "\r\n" {
  const before = text.slice(0, offset).lastIndexOf("\n");
  const newline = before < 0 ? text.indexOf("\n") : before;
  return newline > 0 && text[newline - 1] === "\r" ? "\r\n" : "\n";
}

/** What stands on the line of `offset` before it, a byte order mark left out. */
export function linePrefix(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset).replace(/^\ufeff/, "");
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

/** By how much the file indents what stands within something. */
export function indentStep({ source: { text }, root }: ClusterDocument): string {
  const width = (pair: Pair) => linePrefix(text, keySpan(pair).start).length;
  for (const outer of root.items) {
    const inner = isMap(outer.value) && !outer.value.flow ? outer.value.items[0] : undefined;
    if (inner !== undefined && width(inner) > width(outer)) {
      return " ".repeat(width(inner) - width(outer));
    }
  }
  return "  ";
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
