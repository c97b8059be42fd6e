/** Finds things in parsed YAML, and where they stand in its text. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Pair,
  Scalar,
  type YAMLMap,
} from "yaml";

/** Offsets into text; `end` is behind the last character. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The pair of that key in a mapping itself, not in what it merges. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** The value of that key; from what is merged by `<<` where the mapping itself has none. */
export function lookUp(map: YAMLMap, key: string, document: Document.Parsed): unknown {
  const own = pairOf(map, key);
  if (own !== undefined) return resolve(own.value, document);
  const merge = map.items.find((pair) => isMergeKey(pair.key));
  const merged = resolve(merge?.value, document);
  const sources = isSeq(merged) ? merged.items.map((item) => resolve(item, document)) : [merged];
  return sources.filter((one) => isMap(one)).map((one) => lookUp(one, key, document))
    .find((value) => value !== undefined);
}

/** Whether a key is `<<`; the library gives it a symbol as its value. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.source === "<<" && key.type === Scalar.PLAIN;
}

/** The node that an alias stands for; any other node itself. */
export function resolve(node: unknown, document: Document.Parsed): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** Whether a value says nothing: absent, empty, `~` or `null`. */
export function isNull(node: unknown): boolean {
  if (node === undefined || node === null) return true;
  return isScalar(node) && node.type === Scalar.PLAIN && node.tag === undefined &&
    /^(?:~|null|Null|NULL)?$/.test(String(node.value));
}

/** A scalar's text; undefined of null and of everything else. */
export function textOf(node: unknown): string | undefined {
  return isScalar(node) && !isNull(node) ? String(node.value) : undefined;
}

/** Where a key stands. */
export function keySpan({ key }: Pair): Span {
  const range = isNode(key) ? key.range : undefined;
  return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}

/** Where a value stands; undefined when nothing is written. */
export function valueSpan({ value }: Pair): Span | undefined {
  if (!isNode(value) || value.srcToken === undefined || !value.range) return undefined;
  const [start, end] = value.range;
  return end > start ? { start, end } : undefined;
}

/** Where the last of a pair ends: its value, else its colon, else its key. */
export function pairEnd(pair: Pair): number {
  return valueSpan(pair)?.end ?? colonEnd(pair) ?? keySpan(pair).end;
}

/** The offset behind a pair's colon; undefined when it has none, as in `{a, b}`. */
export function colonEnd({ srcToken }: Pair): number | undefined {
  const colon = srcToken?.sep?.find(({ type }) => type === "map-value-ind");
  return colon === undefined ? undefined : colon.offset + colon.source.length;
}
