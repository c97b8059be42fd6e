/** Takes a key away, with its value. */
import type { Pair, YAMLMap } from "yaml";
import type { ClusterDocument } from "../cluster_document.ts";
import { keySpan, pairEnd } from "../nodes.ts";
import { behindPair } from "./insert.ts";
import { linePrefix, lineStart } from "./lines.ts";
import { tooUnusual } from "./scene.ts";
import type { Splice } from "./splice.ts";

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
  const wasOpen = end === text.length && !text.endsWith("\n");
  if (!wasOpen) return { start, end, text: "" };
  // The last line has no line end, and the one that becomes the last shall have none either.
  const before = text.slice(0, start).replace(/\r?\n$/, "").length;
  return { start: before, end, text: "" };
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
