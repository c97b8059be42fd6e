/** What a lock's object holds. It is served with the bucket, and holds nothing secret. */
import { ownHolder } from "../../../core/storage/mod.ts";
import { sha256Of } from "../../../core/util/digest.ts";
import { at, countAt, parseJson, textAt } from "../../../core/util/json.ts";

export interface LockRecord {
  readonly id: string;
  readonly holder: string;
  /** For whoever is on the same machine. */
  readonly process?: ProcessMark | undefined;
  /** Counts the signs of life, so that each of them has an ETag of its own. */
  readonly beat: number;
  /** It is held for a moment only: whoever wants it waits, however little patience was asked for. */
  readonly passing?: boolean;
  /** It was given back by a user who may not remove objects. */
  readonly over?: boolean;
}

/** What tells a process from every other one. Fit to be served. */
interface ProcessMark {
  readonly pid: number;
  /** When it began, in ticks of the kernel: numbers are used again (proc(5), starttime). */
  readonly started: string;
  /** This run of the kernel, and the name space of the number; hashed. */
  readonly place: string;
}

/** The first record of a new holding by this process. */
export function newRecord(passing: boolean): LockRecord {
  const [place, started] = [ownPlace(), startOf(Deno.pid)];
  return {
    id: crypto.randomUUID(),
    holder: ownHolder(),
    // Where /proc may not be read, there is none.
    process: place && started ? { pid: Deno.pid, started, place } : undefined,
    beat: 0,
    ...(passing && { passing }),
  };
}

/** In characters; a record has some 300. */
const MAX_LENGTH = 10_000;

/** Reads a record; of something else that lies there, one that says nothing. */
export function decodeRecord(text: string): LockRecord {
  const value = text.length > MAX_LENGTH ? undefined : parseJson(text);
  const pid = countAt(value, "process", "pid");
  const started = textAt(value, "process", "started");
  const place = textAt(value, "process", "place");
  return {
    id: textAt(value, "id"),
    holder: textAt(value, "holder"),
    process: pid === undefined ? undefined : { pid, started, place },
    beat: countAt(value, "beat") ?? 0,
    passing: at(value, "passing") === true,
    over: at(value, "over") === true,
  };
}

/** Whether a holder's process lives; `unknown` of one on another machine or in another container. */
export function lifeOf({ process }: LockRecord): "alive" | "gone" | "unknown" {
  if (process === undefined || process.place !== ownPlace()) return "unknown";
  return startOf(process.pid) === process.started ? "alive" : "gone";
}

function ownPlace(): string | undefined {
  try {
    const boot = Deno.readTextFileSync("/proc/sys/kernel/random/boot_id");
    const names = Deno.readLinkSync("/proc/self/ns/pid");
    return sha256Of(new TextEncoder().encode(boot + names)).slice(0, 16);
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
