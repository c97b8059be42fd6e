/** What a lock's object holds. It is served with the bucket, and holds nothing secret. */
import { Buffer } from "node:buffer";
import { ownHolder } from "../../../core/lock_holder.ts";
import { ownMark, parseMark, type ProcessMark } from "./process_mark.ts";

/** Who holds the lock. */
export interface LockRecord {
  /** Differs for each holding. */
  readonly id: string;
  /** In a line for people. */
  readonly holder: string;
  /** For whoever is on the same machine. */
  readonly process?: ProcessMark;
  /** Counts the signs of life, so that each of them has an ETag of its own. */
  readonly beat: number;
  /** It is held for a moment only: whoever wants it waits, however little patience was asked for. */
  readonly passing?: true;
  /** It was given back by a user who may not remove objects. */
  readonly over?: true;
}

/** The first record of a new holding by this process. */
export function newRecord(options: { readonly passing?: true } = {}): LockRecord {
  const process = ownMark();
  const holder = ownHolder();
  return { id: crypto.randomUUID(), holder, ...(process && { process }), beat: 0, ...options };
}

/** As it is stored. */
export function encodeRecord(record: LockRecord): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

/** Reads a record; of something else that lies there, one that says nothing. */
export function decodeRecord(text: string): LockRecord {
  const value = parse(text);
  if (typeof value !== "object" || value === null || !("id" in value)) return UNKNOWN;
  const { id } = value;
  if (typeof id !== "string") return UNKNOWN;
  const process = parseMark("process" in value ? value.process : undefined);
  return {
    id,
    holder: "holder" in value && typeof value.holder === "string" ? value.holder : "",
    ...(process && { process }),
    beat: "beat" in value && typeof value.beat === "number" ? value.beat : 0,
    ...("passing" in value && value.passing === true ? { passing: true } : {}),
    ...("over" in value && value.over === true ? { over: true } : {}),
  };
}

const UNKNOWN: LockRecord = { id: "", holder: "", beat: 0 };

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
