/** Who has fetched what, by the log of `binimport serve`, or one in the combined format. */
import type { FetchedEvent } from "../../core/importer/mod.ts";
import { BinimportError, messageOf } from "../../core/util/errors.ts";
import { readNamedText } from "../../core/util/bounded_read.ts";

interface Whole {
  readonly client: string;
  readonly path: string;
  readonly bytes: number;
}

/** `CLIENT - USER [TIME] "GET PATH" STATUS BYTES …`, as serve, nginx and Apache write it. */
const COMBINED =
  /^(\S+) \S+ \S+ \[[^\]]*\] "GET ((?:[^"\\]|\\.)+?)(?: HTTP\/[\d.]+)?" (\d+) (\d+)(.*)$/;

/** Reads logs; gives for each key how many of all clients have fetched it whole. */
export async function readAccessLogs(
  files: readonly string[],
  keys: readonly { readonly key: string; readonly size?: number }[],
): Promise<FetchedEvent[]> {
  const all = new Set<string>();
  const byKey = new Map(keys.map(({ key }) => [key, new Set<string>()]));
  const sizes = new Map(keys.map(({ key, size }) => [key, size]));
  for (const file of files) {
    for (const line of (await readLog(file)).split("\n")) {
      const whole = parseLine(line);
      if (whole === undefined) continue;
      all.add(whole.client);
      // Behind a proxy or in a bucket there is a folder in front.
      const key = keyIn(whole.path, byKey);
      const size = sizes.get(key ?? "");
      if (key !== undefined && (size === undefined || size === whole.bytes)) {
        byKey.get(key)?.add(whole.client);
      }
    }
  }
  return [...byKey].map(([key, { size: clients }]) => ({
    event: "fetched",
    key,
    clients,
    of: all.size,
  }));
}

function keyIn(path: string, keys: ReadonlyMap<string, unknown>): string | undefined {
  for (let rest = path.replace(/^\/+/, ""); rest !== "";) {
    if (keys.has(rest)) return rest;
    const slash = rest.indexOf("/");
    rest = slash < 0 ? "" : rest.slice(slash + 1);
  }
  return undefined;
}

function parseLine(line: string): Whole | undefined {
  if (line.startsWith("{")) return parseJson(line);
  const [, client = "", path = "", status, bytes = "", rest = ""] = COMBINED.exec(line) ?? [];
  // serve puts behind the seconds why an answer broke off.
  const isBroken = / [\d.]+ "[^"]*"$/.test(rest);
  return status === "200" && !isBroken ? whole(client, path, Number(bytes)) : undefined;
}

function parseJson(line: string): Whole | undefined {
  try {
    const { event, method, status, broken, client, path, bytes } = JSON.parse(line);
    const isWhole = event === "request" && method === "GET" && status === 200 &&
      broken === undefined;
    return isWhole ? whole(String(client), String(path), Number(bytes)) : undefined;
  } catch {
    return undefined; // a line cut short, as a log that is being written ends
  }
}

function whole(client: string, path: string, bytes: number): Whole | undefined {
  try {
    return { client, path: decodeURIComponent(path.replace(/[?#].*$/, "")), bytes };
  } catch {
    return undefined;
  }
}

/** In bytes; some million requests. */
const MAX_LOG = 256 * 1024 * 1024;

async function readLog(file: string): Promise<string> {
  try {
    return await readNamedText(file, { limit: MAX_LOG });
  } catch (cause) {
    throw new BinimportError(
      "usage",
      `Cannot read ${JSON.stringify(file)} of --access-log: ${messageOf(cause)}`,
      { cause },
    );
  }
}
