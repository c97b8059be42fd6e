/** What an edit works on. */
import { isMap, type Pair, type YAMLMap } from "yaml";
import type { BinimportError } from "../../core/errors.ts";
import type { ClusterDocument } from "../cluster_document.ts";
import { keySpan } from "../nodes.ts";
import type { ScalarPlace } from "../scalar.ts";
import { invalid, lineOf } from "../source.ts";
import { linePrefix } from "./lines.ts";

/** How a scalar in this mapping is to be written. */
export function placeIn(map: YAMLMap, { source }: ClusterDocument): ScalarPlace {
  if (!map.flow) return "block";
  return isJson(source.text) ? "json" : "flow";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\ufeff/, ""));
    return true;
  } catch {
    return false;
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
  return invalid(
    name,
    `line ${lineOf(text, offset)}: ${state}`,
    "Write that part of the file in the usual way, a key and its value on a line, and try again.",
  );
}
