/** Changes pairs in a text, and leaves every other character as it is. */
import { type CST, isAlias, isMap, isScalar, type Pair, Scalar, type YAMLMap } from "yaml";
import { parseJson, textAt } from "../../core/util/json.ts";
import { BLOCK_PATH, type ClusterDocument, invalid, lineOf } from "../document.ts";
import {
  colonEnd,
  isNull,
  isPlain,
  keySpan,
  pairEnd,
  renderScalar,
  type ScalarPlace,
  type ScalarStyle,
  valueSpan,
} from "../yaml_nodes.ts";

/** A mapping of a document. */
export interface Site {
  readonly cluster: ClusterDocument;
  readonly map: YAMLMap;
  /** The pair whose value it is. */
  readonly above: Pair | undefined;
}

/** The text with an entry behind a pair, else as the first of the mapping. */
export function insertEntry(site: Site, after: Pair | undefined, entry: Entry): string {
  const { cluster, map, above } = site;
  const { text } = cluster.source;
  if (map.flow) {
    const written = renderFlow(cluster, entry, map);
    if (after !== undefined) return splice(text, pairEnd(after), pairEnd(after), `, ${written}`);
    const at = (map.range?.[0] ?? 0) + "{".length;
    const space = /\s/.test(text.charAt(at)) ? "" : " ";
    return splice(text, at, at, map.items.length === 0 ? written : `${written},${space}`);
  }
  // Comments on the line of a key stay with it.
  const newline = above?.srcToken?.sep?.find(({ type }) => type === "newline");
  const below = newline && newline.offset + newline.source.length;
  const at = after === undefined ? below : behindPair(text, after);
  const sibling = after ?? map.items[0];
  if (at === undefined || sibling === undefined) {
    const state = above ? `${above.key} and its value share a line` : "kind is merged";
    throw tooUnusual(cluster, map.range?.[0] ?? 0, state);
  }
  return insertLines(text, at, renderLines(cluster, entry, sibling, 0));
}

/** Gives an entry to a pair that has no value yet, or whose value is an alias, which is replaced. */
export function fillPair({ cluster, map }: Site, pair: Pair, entry: Entry): string {
  const { text } = cluster.source;
  const colon = colonEnd(pair);
  const behind = colon ?? keySpan(pair).end;
  const { start, end } = valueSpan(pair) ?? { start: behind, end: behind };
  if (map.flow) {
    const between = colon === undefined ? ": " : start === behind ? " " : "";
    return splice(text, start, end, `${between}{${renderFlow(cluster, entry, map)}}`);
  }
  const isBlank = text.slice(behind, start).trim() === "";
  const filled = insertLines(text, lineEnd(text, end), renderLines(cluster, entry, pair, 1));
  return splice(filled, isBlank ? behind : start, end, "");
}

/** The text with another value in a pair; the same if every reader takes it to have it already. */
export function replaceValue({ cluster, map }: Site, pair: Pair, wanted: string): string {
  const { text } = cluster.source;
  const { value } = pair;
  const isQuoted = isScalar(value) && value.type !== Scalar.PLAIN;
  const isSet = textAt(cluster.value, ...BLOCK_PATH, String(pair.key)) === wanted;
  if (isSet && (isQuoted || isPlain(wanted, "block"))) return text;
  const span = valueSpan(pair);
  const place = placeIn(map, cluster);
  if (span === undefined && isNull(value)) {
    const colon = colonEnd(pair);
    const at = colon ?? keySpan(pair).end;
    return splice(text, at, at, `${colon ? "" : ":"} ${renderScalar(wanted, "plain", place)}`);
  }
  const isText = isAlias(value) || isScalar(value) && (value.tag ?? TEXT) === TEXT;
  if (span === undefined || !isText) {
    throw tooUnusual(cluster, keySpan(pair).start, `the value of ${pair.key} is no text`);
  }
  const style = isScalar(value) ? STYLES[value.type ?? "PLAIN"] : undefined;
  const rendered = renderScalar(wanted, style ?? "plain", place);
  if (isScalar(value) && value.srcToken?.type === "block-scalar") {
    return replaceBlock(text, value.srcToken, rendered);
  }
  return splice(text, span.start, span.end, rendered);
}

/** A tag that says just what a scalar is anyway. */
const TEXT = "tag:yaml.org,2002:str";

const STYLES: Readonly<Record<string, ScalarStyle>> = {
  [Scalar.QUOTE_DOUBLE]: "double",
  [Scalar.QUOTE_SINGLE]: "single",
};

/** The header becomes the value; what follows it on its line stays, the lines below go. */
function replaceBlock(text: string, { props, source }: CST.BlockScalar, rendered: string): string {
  const tokens = props.filter((token) => "source" in token);
  const header = tokens.find(({ type }) => type === "block-scalar-header");
  const last = tokens.at(-1);
  if (header === undefined || last === undefined) return text;
  const body = last.offset + last.source.length;
  // Where the file ends without a line end, the header's own line now does.
  const start = /[^\n]$/.test(source) ? last.offset : body;
  const shorter = splice(text, start, body + source.length, "");
  return splice(shorter, header.offset, header.offset + header.source.length, rendered);
}

/** Takes a pair away with its lines or its comma, and a comment behind its value. */
export function removePair({ cluster, map }: Site, pair: Pair): string {
  const { text } = cluster.source;
  if (map.flow) return removeFromFlow(text, map, pair);
  const { start: key } = keySpan(pair);
  if (linePrefix(text, key).trim() !== "") throw notAtItsLine(cluster, pair);
  const start = lineStart(text, key);
  const end = behindPair(text, pair);
  if (end < text.length || text.endsWith("\n")) return splice(text, start, end, "");
  // The last line has no line end, and the one that becomes the last shall have none either.
  return text.slice(0, start).replace(/\r?\n$/, "");
}

function removeFromFlow(text: string, map: YAMLMap, pair: Pair): string {
  const { start } = keySpan(pair);
  const end = pairEnd(pair);
  const comma = commaBefore(pair);
  if (comma !== undefined) {
    const isNext = /^[ \t]*$/.test(text.slice(comma + 1, start));
    if (isNext) return splice(text, comma, end, "");
    return splice(splice(text, start, end, ""), comma, comma + 1, "");
  }
  // The first takes the comma behind it along, and the spaces after that; a comment needs one.
  const next = commaBefore(map.items[map.items.indexOf(pair) + 1]);
  if (next === undefined) return splice(text, start, end, "");
  const spaces = /^ *(?![ #])/.exec(text.slice(next + 1))?.[0].length ?? 0;
  return splice(text, start, next + 1 + spaces, "");
}

function commaBefore(pair: Pair | undefined) {
  return pair?.srcToken?.start.find(({ type }) => type === "comma")?.offset;
}

/** The offset of the line behind a pair. A block scalar ends with its last line. */
function behindPair(text: string, pair: Pair) {
  const end = pairEnd(pair);
  return lineStart(text, end) === end && valueSpan(pair) !== undefined ? end : lineEnd(text, end);
}

function splice(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

function lineStart(text: string, offset: number): number {
  return text.slice(0, offset).lastIndexOf("\n") + 1;
}

function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline < 0 ? text.length : newline + 1;
}

/** What stands on the line of `offset` before it, a byte order mark left out. */
function linePrefix(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset).replace(/^\ufeff/, "");
}

/** The text with lines at the beginning of a line; they end as the one before does, or the first. */
function insertLines(text: string, at: number, lines: readonly string[]): string {
  const newline = text.lastIndexOf("\n", at - 1);
  const first = newline < 0 || at === 0 ? text.indexOf("\n") : newline;
  const eol = text[first - 1] === "\r" ? "\r\n" : "\n";
  const isOpen = at > 0 && at === text.length && !text.endsWith("\n");
  return splice(text, at, at, isOpen ? eol + lines.join(eol) : lines.join(eol) + eol);
}

interface Entry {
  readonly path: readonly string[];
  readonly value: string;
}

function indentStep({ source: { text }, root }: ClusterDocument): string {
  const width = (pair: Pair) => linePrefix(text, keySpan(pair).start).length;
  for (const outer of root.items) {
    const inner = isMap(outer.value) && !outer.value.flow ? outer.value.items[0] : undefined;
    const step = inner === undefined ? 0 : width(inner) - width(outer);
    if (step > 0) return " ".repeat(step);
  }
  return "  ";
}

function placeIn(map: YAMLMap, { source }: ClusterDocument): ScalarPlace {
  if (!map.flow) return "block";
  return parseJson(source.text.replace(/^\ufeff/, "")) === undefined ? "flow" : "json";
}

/** An entry as lines, a key a line: so many steps deeper than a pair. */
function renderLines(cluster: ClusterDocument, { path, value }: Entry, pair: Pair, deeper: 0 | 1) {
  const step = indentStep(cluster);
  const prefix = linePrefix(cluster.source.text, keySpan(pair).start);
  if (!/^ *$/.test(prefix)) throw notAtItsLine(cluster, pair);
  const lines = path.map((key, depth) => prefix + step.repeat(depth + deeper) + `${key}:`);
  return lines.with(-1, `${lines.at(-1)} ${renderScalar(value, "plain", "block")}`);
}

function renderFlow(cluster: ClusterDocument, { path, value }: Entry, map: YAMLMap): string {
  const place = placeIn(map, cluster);
  const names = path.map((key) => place === "json" ? JSON.stringify(key) : key);
  const rendered = renderScalar(value, "plain", place);
  return names.join(": {") + `: ${rendered}` + "}".repeat(names.length - 1);
}

function notAtItsLine(cluster: ClusterDocument, pair: Pair) {
  return tooUnusual(cluster, keySpan(pair).start, `${pair.key} does not begin its line`);
}

/** The error for a way of writing that is valid, but that is not edited. */
function tooUnusual({ source }: ClusterDocument, offset: number, state: string) {
  const hint =
    "Write that part of the file in the usual way, a key and its value on a line, and try again.";
  return invalid(source.name, `line ${lineOf(source.text, offset)}: ${state}`, hint);
}
