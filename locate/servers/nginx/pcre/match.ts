/**
 * Regular expressions of others, matched in a time that grows with expression times text and never
 * faster: a backtracking engine, as JavaScript's own is, can be kept busy for years by forty
 * characters.
 *
 * Every pair of instruction and position is visited once: what failed there fails again (RE2 calls
 * it BitState). So the alternatives are tried in the order of a backtracking engine, and groups hold
 * what they hold there; that of a group in a loop stays from one round to the next, as in PCRE.
 */
import { type Instruction, type Program, regexProgram } from "./program.ts";

/** It would take too long to find out; the message says why. */
export class UndecidedMatch extends Error {
  /** Its name in a stack trace. */
  override readonly name = "UndecidedMatch";
}

export interface RegexMatch {
  readonly all: string;
  /** Of each named group; absent for one that took no part. */
  readonly groups: Readonly<Record<string, string>>;
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

/**
 * Makes a function that finds the leftmost match in a text; `undefined` when there is none. Throws
 * a `SyntaxError` for what is no expression or too large a one; the function throws
 * {@linkcode UndecidedMatch}.
 */
export function matcher(source: string): (text: string) => RegexMatch | undefined {
  const program = regexProgram(source);
  return (text) => {
    const search: Search = { text, steps: 0 };
    try {
      return find(program, search);
    } finally {
      if (performance.now() > windowEnd) [windowEnd, together] = [performance.now() + WINDOW, 0];
      together += Math.max(0, search.steps - FEW_STEPS);
    }
  };
}

interface Search {
  readonly text: string;
  steps: number;
}

function find(program: Program, search: Search): RegexMatch | undefined {
  const { text } = search;
  const visited = visitedFor(program, text);
  for (let start = 0; start <= text.length; start++) {
    const found = run(program, search, start, undefined, { visited, captures: [] });
    if (found === undefined) continue;
    const groups = [...program.names].flatMap(([name, slot]) => {
      const [from, to] = [found.captures[slot], found.captures[slot + 1]];
      return from === undefined || to === undefined ? [] : [[name, text.slice(from, to)]];
    });
    return { all: text.slice(start, found.end), groups: Object.fromEntries(groups) };
  }
  return undefined;
}

type Captures = readonly (number | undefined)[];

/** Where to go on when the present branch fails. */
interface Branch {
  readonly at: number;
  readonly position: number;
  readonly captures: Captures;
}

/** Matches at a position; `end` is where it has to end, if that matters. */
function run(
  program: Program,
  search: Search,
  start: number,
  end: number | undefined,
  { visited, captures: before }: { readonly visited: Uint8Array; readonly captures: Captures },
): { readonly end: number; readonly captures: Captures } | undefined {
  const { text } = search;
  const branches: Branch[] = [{ at: 0, position: start, captures: before }];
  for (let branch = branches.pop(); branch !== undefined; branch = branches.pop()) {
    let { at, position, captures } = branch;
    for (;;) {
      const state = at * (text.length + 1) + position;
      const bit = 1 << (state & 7);
      if ((visited[state >> 3] ?? 0) & bit) break;
      visited[state >> 3] = (visited[state >> 3] ?? 0) | bit;
      count(search);
      const one: Instruction | undefined = program.instructions[at];
      if (one === undefined) { // behind the last one
        if (end !== undefined && position !== end) break;
        return { end: position, captures };
      }
      if (one.kind === "set") {
        if (position >= text.length || !one.has(text.charCodeAt(position))) break;
        position++;
      } else if (one.kind === "split") {
        branches.push({ at: one.other, position, captures });
        at = one.first;
        continue;
      } else if (one.kind === "jump") {
        at = one.to;
        continue;
      } else if (one.kind === "save") {
        captures = withSlot(captures, one.slot, position);
      } else if (one.kind === "again") {
        const [from = 0, to = 0] = [captures[one.slot], captures[one.slot + 1]];
        if (!text.startsWith(text.slice(from, to), position)) break;
        position += to - from;
      } else if (one.kind === "assert") {
        if (!one.holds(text, position)) break;
      } else {
        const found = look(one, search, position, captures);
        if ((found === undefined) !== one.negated) break;
        captures = found ?? captures;
      }
      at++;
    }
  }
  return undefined;
}

/** What the groups hold when a lookahead or lookbehind finds something there. */
function look(
  { behind, program }: Extract<Instruction, { kind: "look" }>,
  search: Search,
  position: number,
  captures: Captures,
): Captures | undefined {
  for (let start = position; start >= 0; start--) {
    const visited = visitedFor(program, search.text);
    const end = behind ? position : undefined;
    const found = run(program, search, start, end, { visited, captures });
    if (found !== undefined || !behind) return found?.captures;
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

function visitedFor({ instructions }: Program, text: string): Uint8Array {
  const size = Math.ceil((instructions.length + 1) * (text.length + 1) / 8);
  if (size > MAX_VISITED) throw new UndecidedMatch("it and the text are too long");
  return new Uint8Array(size);
}
