/** Gives a key that is there another value. */
import { type CST, isAlias, isScalar, type Pair, Scalar, type YAMLMap } from "yaml";
import type { ClusterDocument } from "../cluster_document.ts";
import { colonEnd, isNull, keySpan, resolve, textOf, valueSpan } from "../nodes.ts";
import { isPlain, renderScalar, type ScalarPlace, type ScalarStyle } from "../scalar.ts";
import { placeIn, tooUnusual } from "./scene.ts";
import type { Splice } from "./splice.ts";

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
  if (span === undefined || !isScalar(value) || !isTagless(value)) {
    throw tooUnusual(cluster, keySpan(pair).start, `the value of ${String(pair.key)} is no text`);
  }
  if (value.srcToken?.type === "block-scalar") {
    return replaceBlock(value.srcToken, renderScalar(wanted, "plain", place));
  }
  return [{ ...span, text: renderScalar(wanted, styleOf(value), placeOf(value, place)) }];
}

/** Without a tag, or with one that says just that it is text. */
function isTagless({ tag }: Scalar): boolean {
  return tag === undefined || tag === "tag:yaml.org,2002:str";
}

/** Whether text that is written without quotes cannot be taken for something else. */
function isSafe(node: unknown, place: ScalarPlace): boolean {
  if (!isScalar(node) || node.type !== Scalar.PLAIN) return true;
  return isPlain(String(node.value), placeOf(node, place));
}

function styleOf({ type }: Scalar): ScalarStyle {
  switch (type) {
    case Scalar.QUOTE_DOUBLE:
      return "double";
    case Scalar.QUOTE_SINGLE:
      return "single";
    default:
      return "plain";
  }
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
