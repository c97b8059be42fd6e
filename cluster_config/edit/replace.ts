/** Gives a key that is there another value. */
import { type CST, isAlias, isScalar, type Pair, Scalar, type YAMLMap } from "yaml";
import type { ClusterDocument } from "../document.ts";
import {
  colonEnd,
  isNull,
  isPlain,
  keySpan,
  pairEnd,
  renderScalar,
  resolve,
  type ScalarPlace,
  type ScalarStyle,
  textOf,
  valueSpan,
} from "../yaml_nodes.ts";
import { behindPair } from "./insert.ts";
import { linePrefix, lineStart, placeIn, type Splice, tooUnusual } from "./splice.ts";

/** The splices that give the pair this value; none if every reader takes it to have it already. */
export function replaceValue(
  map: YAMLMap,
  pair: Pair,
  wanted: string,
  cluster: ClusterDocument,
): Splice[] {
  const { value } = pair;
  const place = placeIn(map, cluster);
  const target = resolve(value, cluster.document);
  if (textOf(target) === wanted && isSafe(target, place)) return [];
  const span = valueSpan(pair);
  if (span === undefined && isNull(value)) return [addValue(pair, wanted, place)];
  if (span !== undefined && isAlias(value)) {
    return [{ ...span, text: renderScalar(wanted, "plain", place) }];
  }
  if (span === undefined || !isScalar(value) || (value.tag ?? TEXT_TAG) !== TEXT_TAG) {
    throw tooUnusual(cluster, keySpan(pair).start, `the value of ${String(pair.key)} is no text`);
  }
  if (value.srcToken?.type === "block-scalar") {
    return replaceBlock(value.srcToken, renderScalar(wanted, "plain", place));
  }
  return [{ ...span, text: renderScalar(wanted, styleOf(value), placeOf(value, place)) }];
}

/** A tag that says just what a scalar is anyway. */
const TEXT_TAG = "tag:yaml.org,2002:str";

/** Whether text that is written without quotes cannot be taken for something else. */
function isSafe(node: unknown, place: ScalarPlace): boolean {
  if (!isScalar(node) || node.type !== Scalar.PLAIN) return true;
  return isPlain(String(node.value), placeOf(node, place));
}

function styleOf({ type }: Scalar): ScalarStyle {
  if (type === Scalar.QUOTE_DOUBLE) return "double";
  return type === Scalar.QUOTE_SINGLE ? "single" : "plain";
}

/** Where a colon stood without quotes, whoever reads the file takes one there. */
function placeOf({ type, value }: Scalar, place: ScalarPlace): ScalarPlace {
  const colon = type === Scalar.PLAIN && String(value).includes(":");
  return place === "flow" && colon ? "block" : place;
}

function addValue(pair: Pair, wanted: string, place: ScalarPlace): Splice {
  const colon = colonEnd(pair);
  const at = colon ?? keySpan(pair).end;
  const text = renderScalar(wanted, "plain", place);
  return { start: at, end: at, text: colon === undefined ? `: ${text}` : ` ${text}` };
}

/** The header becomes the value; what follows it on its line stays, the lines below go. */
function replaceBlock({ props, source }: CST.BlockScalar, text: string): Splice[] {
  const tokens = props.filter((token) => "source" in token);
  const header = tokens.find(({ type }) => type === "block-scalar-header");
  const last = tokens.at(-1);
  if (header === undefined || last === undefined) return [];
  const body = last.offset + last.source.length;
  // Where the file ends without a line end, the header's own line now does.
  const start = /[^\n]$/.test(source) ? last.offset : body;
  return [
    { start: header.offset, end: header.offset + header.source.length, text },
    { start, end: body + source.length, text: "" },
  ];
}

/** Takes a pair away: with its lines, or with its comma where it stands within braces. */
export function removePair(map: YAMLMap, pair: Pair, cluster: ClusterDocument): Splice[] {
  return map.flow ? removeFromFlow(map, pair, cluster.source.text) : [removeLines(pair, cluster)];
}

/** Comments on lines of their own stay; one behind the value goes, for it is about the value. */
function removeLines(pair: Pair, cluster: ClusterDocument): Splice {
  const { text } = cluster.source;
  const { start: key } = keySpan(pair);
  if (linePrefix(text, key).trim() !== "") {
    throw tooUnusual(cluster, key, `${String(pair.key)} does not begin its line`);
  }
  const start = lineStart(text, key);
  const end = behindPair(text, pair);
  if (end < text.length || text.endsWith("\n")) return { start, end, text: "" };
  // The last line has no line end, and the one that becomes the last shall have none either.
  return { start: text.slice(0, start).replace(/\r?\n$/, "").length, end, text: "" };
}

function removeFromFlow(map: YAMLMap, pair: Pair, text: string): Splice[] {
  const { start } = keySpan(pair);
  const end = pairEnd(pair);
  const comma = commaBefore(pair);
  if (comma === undefined) {
    return [{ start, end: behindNextComma(map, pair, text) ?? end, text: "" }];
  }
  const onlySpace = /^[ \t]*$/.test(text.slice(comma + 1, start));
  if (onlySpace) return [{ start: comma, end, text: "" }];
  return [{ start: comma, end: comma + 1, text: "" }, { start, end, text: "" }];
}

/** Behind the comma that follows the first pair, and the spaces after it; a comment needs one. */
function behindNextComma(map: YAMLMap, pair: Pair, text: string): number | undefined {
  const next = map.items[map.items.indexOf(pair) + 1];
  const comma = next === undefined ? undefined : commaBefore(next);
  if (comma === undefined) return undefined;
  const spaces = /^ *(?![ #])/.exec(text.slice(comma + 1));
  return comma + 1 + (spaces?.[0].length ?? 0);
}

function commaBefore({ srcToken }: Pair): number | undefined {
  return srcToken?.start.find(({ type }) => type === "comma")?.offset;
}
