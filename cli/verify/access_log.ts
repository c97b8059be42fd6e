/** Who has fetched what, by the log of `binimport serve`, or one in the combined format. */
import type { FetchedEvent } from "../../core/importer/mod.ts";
import { readNamedText } from "../../core/util/bounded_read.ts";
import { systemState } from "../../core/util/errno.ts";
import { tried } from "../../core/util/tried.ts";
import { usageError } from "../context.ts";

/** `CLIENT - USER [TIME] "GET PATH" STATUS BYTES …`, as serve, nginx and Apache write it. */
const COMBINED =
  /^(?:\S+:\d+ )?(\S+) \S+ \S+ \[[^\]]*\] "GET ((?:[^"\\]|\\.)+?)(?: HTTP\/[\d.]+)?" (\d+) (\d+)(.*)$/;

/** How any line of theirs begins; the name of a host may stand in front. */
const ANY_LINE = /^(?:(?:\S+ ){3,4}\[[^\]]*\] "|\{"event":")/m;

/** In bytes: Debian's Apache counts the head of an answer as well (`%O`), which has so many. */
const [SHORTEST_HEAD, LONGEST_HEAD] = [50, 4096];

/** In bytes; some million requests. */
const MAX_LOG = 256 * 1024 * 1024;

/** Reads logs; gives for each key how many of all clients have fetched it whole. */
export async function readAccessLogs(
  files: readonly string[],
  keys: readonly { readonly key: string; readonly size?: number }[],
): Promise<FetchedEvent[]> {
  const all = new Set<string>();
  const byKey = new Map(keys.map(({ key, size }) => [key, { size, clients: new Set<string>() }]));
  for (const file of files) {
    const text = await readNamedText(file, { limit: MAX_LOG }).catch((cause) => {
      const message = `Cannot read ${JSON.stringify(file)} of --access-log: ${systemState(cause)}`;
      throw usageError(message, undefined, cause);
    });
    if (text.trim() !== "" && !ANY_LINE.test(text)) {
      const what = `${JSON.stringify(file)} of --access-log`;
      const hint = "Give one in the combined format, unpacked, or of serve (journalctl -o cat).";
      throw usageError(`Cannot use ${what}: it has no line of such a log`, hint);
    }
    for (const line of text.split("\n")) {
      const answer = parseLine(line);
      if (answer === undefined) continue;
      const { client, bytes } = answer;
      all.add(client);
      // Behind a proxy or in a bucket there is a folder in front.
      let path = answer.path.replace(/^\/+/, "");
      while (path !== "" && !byKey.has(path)) path = path.replace(/^[^/]*(?:\/|$)/, "");
      const found = byKey.get(path);
      const more = bytes - (found?.size ?? bytes);
      const isWhole = more === 0 || (more >= SHORTEST_HEAD && more <= LONGEST_HEAD);
      if (isWhole) found?.clients.add(client);
    }
  }
  return Array.from(byKey, ([key, { clients }]) => ({
    event: "fetched",
    key,
    clients: clients.size,
    of: all.size,
  }));
}

/** A whole file that was sent; undefined for any other line, such as one that is cut short. */
function parseLine(line: string) {
  return tried(() => {
    const sent = line.startsWith("{") ? parseJson(line) : parseText(line);
    return sent && { ...sent, path: decodeURIComponent(sent.path.replace(/[?#].*$/, "")) };
  });
}

function parseText(line: string) {
  const [, client = "", path = "", status, bytes, rest = ""] = COMBINED.exec(line) ?? [];
  // serve, whose times are like no other's, puts behind the seconds why an answer broke off.
  const isBroken = /^\S+ - - \[[^\]]*\.\d{3}Z\]/.test(line) && / [\d.]+ "[^"]*"$/.test(rest);
  return status === "200" && !isBroken ? { client, path, bytes: Number(bytes) } : undefined;
}

function parseJson(line: string) {
  const { event, method, status, broken, client, path, bytes } = JSON.parse(line);
  const isRequest = event === "request" && method === "GET";
  if (!isRequest || status !== 200 || broken !== undefined) return undefined;
  return { client: String(client), path: String(path), bytes: Number(bytes) };
}
