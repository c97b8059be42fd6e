/** Whether the process that wrote something is alive: told only of processes of this machine. */
import { sha256 } from "../../../core/digest.ts";

/** What tells a process from every other one. Fit to be served. */
export interface ProcessMark {
  /** Its number. */
  readonly pid: number;
  /** When it began, in ticks of the kernel: numbers are used again (proc(5), starttime). */
  readonly started: string;
  /** This run of the kernel, and the name space of the number; hashed. */
  readonly place: string;
}

/** The mark of this process; undefined where /proc may not be read. */
export function ownMark(): ProcessMark | undefined {
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
export function parseMark(value: unknown): ProcessMark | undefined {
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
