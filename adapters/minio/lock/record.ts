/** What a lock's object holds. It is served with the bucket, and holds nothing secret. */
import { Buffer } from "node:buffer";
import { ownHolder } from "../../../core/storage/mod.ts";
import { sha256 } from "../../../core/util/digest.ts";

export interface LockRecord {
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

/** In characters; a record has some 300. */
const MAX_LENGTH = 10_000;

const UNKNOWN: LockRecord = { id: "", holder: "", beat: 0 };

function parse(text: string): unknown {
  try {
    return text.length > MAX_LENGTH ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What tells a process from every other one. Fit to be served. */
export interface ProcessMark {
  readonly pid: number;
  /** When it began, in ticks of the kernel: numbers are used again (proc(5), starttime). */
  readonly started: string;
  /** This run of the kernel, and the name space of the number; hashed. */
  readonly place: string;
}

/** The mark of this process; undefined where /proc may not be read. */
function ownMark(): ProcessMark | undefined {
  const [place, started] = [ownPlace(), startOf(Deno.pid)];
  if (place === undefined || started === undefined) return undefined;
  return { pid: Deno.pid, started, place };
}

/** Whether a process lives; `unknown` of one on another machine or in another container. */
export function lifeOf(mark: ProcessMark | undefined): "alive" | "gone" | "unknown" {
  if (mark === undefined || mark.place !== ownPlace()) return "unknown";
  return startOf(mark.pid) === mark.started ? "alive" : "gone";
}

/** Reads a mark that somebody may have spoilt. */
function parseMark(value: unknown): ProcessMark | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!("pid" in value && "started" in value && "place" in value)) return undefined;
  const { pid, started, place } = value;
  if (!Number.isSafeInteger(pid) || typeof pid !== "number") return undefined;
  if (typeof started !== "string" || typeof place !== "string") return undefined;
  return { pid, started, place };
}

function ownPlace(): string | undefined {
  try {
    const boot = Deno.readTextFileSync("/proc/sys/kernel/random/boot_id");
    const names = Deno.readLinkSync("/proc/self/ns/pid");
    return sha256().update(boot + names).digest("hex").slice(0, 16);
  } catch {
    return undefined;
  }
}

/** The 22nd field; the second is a name in brackets that may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
