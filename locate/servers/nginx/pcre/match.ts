/**
 * Regular expressions of others, matched in a time that grows with expression times text and never
 * faster: a backtracking engine, as JavaScript's own is, can be kept busy for years by forty
 * characters.
 *
 * Every pair of instruction and position is visited once: what failed there fails again (RE2 calls
 * it BitState). So the alternatives are tried in the order of a backtracking engine, and groups hold
 * what they hold there.
 */
import type { Instruction, Program } from "./compile.ts";

/** It would take too long to find out; the message says why. */
export class UndecidedMatch extends Error {
  /** Its name in a stack trace. */
  override readonly name = "UndecidedMatch";
}

/** Steps of one match; 10 million take half a second. nginx gives up likewise (pcre_match_limit). */
const MAX_STEPS = 5_000_000;

/** What no ordinary match takes. */
const FEW_STEPS = 10_000;

/** Steps beyond these few in a window, so that many slow matches do not keep signals waiting. */
const MAX_STEPS_TOGETHER = 20_000_000;

/** Its length in milliseconds. */
const WINDOW = 5_000;

let windowEnd = 0;
let together = 0;

/** Positions by slot. */
type Captures = readonly (number | undefined)[];

interface Search {
  readonly text: string;
  steps: number;
}

/**
 * What the groups of the leftmost match hold, `$0` first, empty for one that took no part; undefined
 * when there is none. Throws {@linkcode UndecidedMatch}.
 */
export function leftmost({ instructions, groups }: Program, text: string): string[] | undefined {
  const search: Search = { text, steps: 0 };
  try {
    const visited = visitedFor(instructions, text);
    for (let start = 0; start <= text.length; start++) {
      const found = run(instructions, search, { start, visited, captures: [start] });
      if (found === undefined) continue;
      return Array.from({ length: groups + 1 }, (_, i) => {
        const [from, to] = [found[2 * i], found[2 * i + 1]];
        return from === undefined || to === undefined ? "" : text.slice(from, to);
      });
    }
    return undefined;
  } finally {
    if (performance.now() > windowEnd) [windowEnd, together] = [performance.now() + WINDOW, 0];
    together += Math.max(0, search.steps - FEW_STEPS);
  }
}

interface Begin {
  readonly start: number;
  /** Where it has to end, if that matters. */
  readonly end?: number;
  readonly visited: Uint8Array;
  readonly captures: Captures;
}

/** Matches at a position; slot 1 of what it gives is the match's end. */
function run(
  instructions: readonly Instruction[],
  search: Search,
  { start, end, visited, captures: before }: Begin,
): Captures | undefined {
  const { text } = search;
  // Where to go on when the present branch fails.
  const branches = [{ at: 0, position: start, captures: before }];
  for (let branch = branches.pop(); branch !== undefined; branch = branches.pop()) {
    let { at, position, captures } = branch;
    for (;;) {
      const state = at * (text.length + 1) + position;
      const bit = 1 << (state & 7);
      if ((visited[state >> 3] ?? 0) & bit) break;
      visited[state >> 3] = (visited[state >> 3] ?? 0) | bit;
      count(search);
      const one = instructions[at];
      if (one === undefined) { // behind the last one
        if (end !== undefined && position !== end) break;
        return withSlot(captures, 1, position);
      }
      at++;
      if (one.kind === "set") {
        if (position >= text.length || !one.set[text.charCodeAt(position)]) break;
        position++;
      } else if (one.kind === "split") {
        branches.push({ at: at - 1 + one.other, position, captures });
        at += one.first - 1;
      } else if (one.kind === "jump") {
        at += one.by - 1;
      } else if (one.kind === "save") {
        captures = withSlot(captures, one.slot, position);
      } else if (one.kind === "assert") {
        if (!one.holds(text, position)) break;
      } else {
        const found = inner(one, search, position, captures);
        if ((found === undefined) !== one.how.endsWith("!")) break;
        if (one.how === ">") position = found?.[1] ?? position;
        captures = found ?? captures;
      }
    }
  }
  return undefined;
}

/** What the slots hold when something in an expression matches there. */
function inner(
  { how, instructions }: Extract<Instruction, { kind: "inner" }>,
  search: Search,
  position: number,
  captures: Captures,
): Captures | undefined {
  const isBehind = how.startsWith("<");
  for (let start = position; start >= 0; start--) {
    const visited = visitedFor(instructions, search.text);
    const end = isBehind ? { end: position } : {};
    const found = run(instructions, search, { start, ...end, visited, captures });
    if (found !== undefined || !isBehind) return found;
  }
  return undefined;
}

function withSlot(captures: Captures, slot: number, position: number): Captures {
  const changed = [...captures];
  changed[slot] = position;
  return changed;
}

function count(search: Search): void {
  search.steps++;
  if (search.steps <= FEW_STEPS) return;
  if (search.steps > MAX_STEPS || together + search.steps > MAX_STEPS_TOGETHER) {
    throw new UndecidedMatch("to try it takes too long");
  }
}

/** Limited in bytes: a bit for each pair. */
const MAX_VISITED = 8 * 1024 * 1024;

function visitedFor({ length }: readonly Instruction[], text: string): Uint8Array {
  const size = Math.ceil((length + 1) * (text.length + 1) / 8);
  if (size > MAX_VISITED) throw new UndecidedMatch("it and the text are too long");
  return new Uint8Array(size);
}
