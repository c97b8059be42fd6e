/** Archives as plain values: what one should hold, and what a reader found in one. */
import { createHash } from "node:crypto";
import type { TarEntry, TarEntryType } from "../../core/packages/tar/reader.ts";
import { gnuLong, join, paxHeader, type TarPart, tarPart } from "./tar_builder.ts";

/** An entry with its body. */
export interface ModelEntry {
  readonly name: string;
  readonly type: Exclude<TarEntryType, "device">;
  readonly mode: number;
  readonly linkName: string;
  readonly body: Uint8Array;
}

/** An entry without its body, fit to compare and to print. */
export interface EntryFacts {
  readonly name: string;
  readonly type: TarEntryType;
  readonly mode: number;
  readonly size: number;
  readonly linkName: string;
  readonly sha256: string;
}

/** The ways to write what does not fit a header, or does. */
export type Encoding = "ustar" | "pax" | "gnu";

const TYPEFLAGS = { file: "0", hardlink: "1", symlink: "2", directory: "5" };
const encoder = new TextEncoder();

/** What a right reader must find. */
export function factsOfModel({ name, type, mode, linkName, body }: ModelEntry): EntryFacts {
  return { name, type, mode, size: body.length, linkName, sha256: sha256(body) };
}

/** What a reader found; each body is read to its end. */
export async function factsOf(entries: AsyncIterable<TarEntry>): Promise<EntryFacts[]> {
  const facts: EntryFacts[] = [];
  for await (const entry of entries) {
    const { name, type, mode, size, linkName } = entry;
    const hash = createHash("sha256");
    for await (const chunk of entry.chunks()) hash.update(chunk);
    facts.push({ name, type, mode, size, linkName, sha256: hash.digest("hex") });
  }
  return facts;
}

/** The bytes of an entry; a name that `ustar` cannot hold becomes pax. */
export function encodeEntry(entry: ModelEntry, encoding: Encoding): Uint8Array<ArrayBuffer> {
  const { name, mode, linkName, body } = entry;
  const part = { typeflag: TYPEFLAGS[entry.type], mode, body };
  const split = splitName(name);
  if (encoding === "ustar" && split !== undefined && fits(linkName)) {
    return tarPart({ ...part, ...split, linkName });
  }
  const cut: TarPart = { ...part, name: prefixOf(name), linkName: linkName.slice(0, 9) };
  if (encoding === "gnu") {
    const before = [gnuLong("L", name), ...(linkName === "" ? [] : [gnuLong("K", linkName)])];
    return join(...before, tarPart({ ...cut, format: "gnu" }));
  }
  const records = { path: name, size: `${body.length}`, mtime: "1.5" };
  const link = linkName === "" ? {} : { linkpath: linkName };
  return join(paxHeader({ ...records, ...link }), tarPart({ ...cut, size: 0 }));
}

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Name and prefix for ustar, where there is a slash to cut at. */
function splitName(name: string): Pick<TarPart, "name" | "prefix"> | undefined {
  if (fits(name)) return { name };
  for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
    if (encoder.encode(prefix).length > 155) return undefined;
    if (prefix !== "" && rest !== "" && fits(rest)) return { name: rest, prefix };
  }
  return undefined;
}

function fits(name: string): boolean {
  return encoder.encode(name).length <= 100;
}

/** What writers put into the header beside a long name: its first 100 bytes, cut anywhere. */
function prefixOf(name: string): Uint8Array {
  return encoder.encode(name).subarray(0, 100);
}
