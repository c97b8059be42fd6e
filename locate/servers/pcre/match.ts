/**
 * Regular expressions of others, matched in a time that grows with expression times text and never
 * faster, unlike JavaScript's own: every pair of instruction and position is visited once, as what
 * failed there fails again (RE2's BitState). Alternatives are tried in a backtracking engine's order.
 */
import type { Instruction, Program } from "./compile.ts";

/** It would take too long to find out; the message says why. */
export class UndecidedMatch extends Error {
  override readonly name = "UndecidedMatch";
}

/** Steps of one match; 10 million take half a second. nginx gives up likewise (pcre_match_limit). */
const MAX_STEPS = 5_000_000;

const FEW_STEPS = 10_000;

/** Steps beyond these few in a window, so that many slow matches do not keep signals waiting. */
const MAX_STEPS_TOGETHER = 20_000_000;

const WINDOW = 5_000;

let windowEnd = 0;
let together = 0;

type Captures = readonly (number | undefined)[];

interface Search {
  readonly text: string;
  steps: number;
}

export interface Match {
  /** `$0`, `$1` and so on; a group that took no part is empty. */
  readonly groups: readonly string[];
  readonly named: ReadonlyMap<string, string>;
  /** Whether the groups hold what they would hold in PCRE: not where one is repeated. */
  readonly exact: boolean;
}

/** The leftmost match; undefined when there is none. Throws {@linkcode UndecidedMatch}. */
export function leftmost(program: Program, text: string): Match | undefined {
  const { instructions, exact } = program;
  const search: Search = { text, steps: 0 };
  try {
    const visited = visitedFor(instructions, text);
    for (let start = 0; start <= text.length; start++) {
      const none = Array<number | undefined>(2 * program.groups + 2).fill(undefined);
      const found = run(instructions, search, start, visited, none.with(0, start));
      if (found === undefined) continue;
      const group = (i: number) => text.slice(found[2 * i] ?? 0, found[2 * i + 1] ?? 0);
      const groups = Array.from({ length: program.groups + 1 }, (_, i) => group(i));
      const named = new Map(program.names.entries().map(([name, i]) => [name, group(i)]));
      return { groups, named, exact };
    }
    return undefined;
  } finally {
    if (performance.now() > windowEnd) [windowEnd, together] = [performance.now() + WINDOW, 0];
    together += Math.max(0, search.steps - FEW_STEPS);
  }
}

/** Matches at a position, up to `end` if that is given; slot 1 of what it gives is the end. */
function run(
  instructions: readonly Instruction[],
  search: Search,
  start: number,
  visited: Uint8Array,
  before: Captures,
  end?: number,
): Captures | undefined {
  const { text } = search;
  const limit = Math.min(MAX_STEPS, Math.max(FEW_STEPS, MAX_STEPS_TOGETHER - together));
  // Where to go on when the present branch fails.
  const branches = [{ at: 0, position: start, captures: before }];
  for (let branch = branches.pop(); branch !== undefined; branch = branches.pop()) {
    let { at, position, captures } = branch;
    for (;;) {
      const state = at * (text.length + 1) + position;
      const bit = 1 << (state & 7);
      if ((visited[state >> 3] ?? 0) & bit) break;
      visited[state >> 3] = (visited[state >> 3] ?? 0) | bit;
      if (++search.steps > limit) throw new UndecidedMatch("to try it takes too long");
      const one = instructions[at];
      if (one === undefined) { // behind the last one
        if (end !== undefined && position !== end) break;
        return captures.with(1, position);
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
        captures = captures.with(one.slot, position);
      } else if (one.kind === "assert") {
        one.sticky.lastIndex = position;
        if (!one.sticky.test(text)) break;
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
  if (!how.startsWith("<")) {
    return run(instructions, search, position, visitedFor(instructions, search.text), captures);
  }
  for (let start = position; start >= 0; start--) {
    const visited = visitedFor(instructions, search.text);
    const found = run(instructions, search, start, visited, captures, position);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Limited in bytes: a bit for each pair. */
const MAX_VISITED = 8 * 1024 * 1024;

function visitedFor({ length }: readonly Instruction[], text: string): Uint8Array {
  const size = Math.ceil((length + 1) * (text.length + 1) / 8);
  if (size > MAX_VISITED) throw new UndecidedMatch("it and the text are too long");
  return new Uint8Array(size);
}
