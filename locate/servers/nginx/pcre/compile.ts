/**
 * From an expression of PCRE to instructions, which `match.ts` follows. Flags and classes become
 * sets of bytes. What cannot be followed as PCRE does is refused.
 */
import { ANY_BYTE, type ByteSet, bytesIn, complement, inBothCases } from "./byte_set.ts";
import {
  characterClass,
  next,
  peek,
  type Reader,
  readEscape,
  Refused,
  take,
  taken,
} from "./reader.ts";

/** One step of matching. Where to go on is told by how many instructions that is away. */
export type Instruction =
  | { readonly kind: "set"; readonly set: ByteSet }
  /** Tries `first`, and the other one when that fails. */
  | { readonly kind: "split"; readonly first: number; readonly other: number }
  | { readonly kind: "jump"; readonly by: number }
  /** Notes the position: slot 2n is the beginning of group n, 2n + 1 its end. */
  | { readonly kind: "save"; readonly slot: number }
  | { readonly kind: "assert"; readonly holds: (text: string, position: number) => boolean }
  /** Lookarounds, and what is not entered again once it has matched (`>`). */
  | {
    readonly kind: "inner";
    readonly how: "=" | "!" | "<=" | "<!" | ">";
    readonly instructions: readonly Instruction[];
  };

/** An expression; it has matched behind its last instruction. */
export interface Program {
  readonly instructions: readonly Instruction[];
  /** How many groups it has. */
  readonly groups: number;
  /** The numbers of its named groups. */
  readonly names: ReadonlyMap<string, number>;
  /** Whether no group is repeated: what it holds after a round that took nothing is not known. */
  readonly exact: boolean;
}

/** `x{1000}` is written out: so few bytes could stand for very many instructions. */
const MAX_INSTRUCTIONS = 20_000;

interface State extends Reader {
  /** `(?i)` and `(?s)`: they hold to the end of the group that they stand in. */
  flags: { readonly caseless: boolean; readonly dotAll: boolean };
  groups: number;
  readonly names: Map<string, number>;
  exact: boolean;
  /** Instructions made so far, those in repeated pieces each time. */
  size: number;
}

/** Throws {@linkcode Refused}, and a `RangeError` for parentheses that are nested too deeply. */
export function compile(source: string, caseless: boolean): Program {
  const flags = { caseless, dotAll: false };
  const state: State = { source, at: 0, flags, groups: 0, names: new Map(), exact: true, size: 0 };
  const instructions = alternatives(state);
  if (state.at < source.length) {
    throw new Refused("a parenthesis is closed but never opened", true);
  }
  const { groups, names, exact } = state;
  return { instructions, groups, names, exact };
}

function joined(state: State, pieces: readonly (readonly Instruction[])[]): Instruction[] {
  const all = pieces.flat();
  state.size += all.length;
  if (all.length > MAX_INSTRUCTIONS || state.size > 20 * MAX_INSTRUCTIONS) throw tooLarge();
  return all;
}

function tooLarge(): Refused {
  return new Refused("it is too large");
}

/** Up to a closing parenthesis or the end. */
function alternatives(state: State): Instruction[] {
  const { flags } = state;
  const branches = [sequence(state)];
  while (take(state, "|")) branches.push(sequence(state));
  state.flags = flags;
  let behind = branches.reduce((sum, { length }) => sum + length + 2, -2);
  return joined(
    state,
    branches.flatMap((branch, i): Instruction[][] => {
      if (i === branches.length - 1) return [branch];
      const { length } = branch;
      behind -= length + 2;
      const split = { kind: "split", first: 1, other: length + 2 } as const;
      return [[split], branch, [{ kind: "jump", by: behind + 1 }]];
    }),
  );
}

function sequence(state: State): Instruction[] {
  const pieces: Instruction[][] = [];
  while (state.at < state.source.length && !/[|)]/.test(peek(state))) pieces.push(repeated(state));
  return joined(state, pieces);
}

const QUANTIFIER = /(?:[*+?]|\{(\d+)(,?)(\d*)\})([+?]?)/y;

function repeated(state: State): Instruction[] {
  const { groups } = state;
  const piece = atom(state);
  if (taken(state, /\{,\d+\}/y) !== undefined) {
    throw new Refused("PCRE's versions differ about {,n}");
  }
  const [whole, least, comma, most, kind] = taken(state, QUANTIFIER) ?? [];
  if (whole === undefined) return piece;
  if (piece.length === 0) throw new Refused("a quantifier follows nothing");
  const sign = whole.charAt(0);
  if (state.groups > groups && sign !== "?") state.exact = false;
  if (taken(state, QUANTIFIER) !== undefined) throw new Refused("two quantifiers");
  const min = least === undefined ? Number(sign === "+") : Number(least);
  const highest = comma === "" ? least : most;
  const max = sign === "?" ? 1 : Number(highest || Infinity);
  if (max < min) throw new Refused("a quantifier is out of order", true);
  const all = joined(state, times(piece, min, max, kind === "?"));
  return kind === "+" ? [{ kind: "inner", how: ">", instructions: all }] : all;
}

function times(
  piece: readonly Instruction[],
  min: number,
  max: number,
  isLazy: boolean,
): (readonly Instruction[])[] {
  const { length } = piece;
  if (length * (max === Infinity ? min : max) > MAX_INSTRUCTIONS) throw tooLarge();
  const split = (inside: number, behind: number): Instruction => ({
    kind: "split",
    first: isLazy ? behind : inside,
    other: isLazy ? inside : behind,
  });
  const required = Array<readonly Instruction[]>(min).fill(piece);
  if (max === Infinity) {
    // A round that takes nothing comes to a split where it was before, and so goes on behind it.
    const loop = [...piece, split(-length, 1)];
    return min === 0 ? [[split(1, length + 2)], loop] : [...required.slice(1), loop];
  }
  const optional = Array.from(
    { length: max - min },
    (_, i) => [split(1, (max - min - i) * (length + 1)), ...piece],
  );
  return [...required, ...optional];
}

function atom(state: State): Instruction[] {
  const { flags: { caseless, dotAll } } = state;
  const char = next(state);
  switch (char) {
    case "(":
      return group(state);
    case "[":
      return [{ kind: "set", set: characterClass(state, caseless) }];
    case ".":
      return [{ kind: "set", set: dotAll ? ANY_BYTE : complement(bytesIn("\n")) }];
    case "^":
      return assertion("A");
    case "$":
      return assertion("Z");
    case "\\":
      return ASSERTIONS.has(peek(state)) ? assertion(next(state)) : escaped(state);
    case "*":
    case "+":
    case "?":
      throw new Refused("a quantifier follows nothing", true);
    default:
      return literal(state, char);
  }
}

type Holds = Extract<Instruction, { kind: "assert" }>["holds"];

const atBoundary: Holds = (text, position) =>
  /\w/.test(text.charAt(position - 1)) !== /\w/.test(text.charAt(position));

/** By the letter behind the backslash. */
const ASSERTIONS: ReadonlyMap<string, Holds> = new Map<string, Holds>([
  ["b", atBoundary],
  ["B", (text, position) => !atBoundary(text, position)],
  ["A", (_, position) => position === 0],
  ["z", (text, position) => position === text.length],
  [
    "Z",
    (text, position) =>
      position === text.length || (position === text.length - 1 && text.endsWith("\n")),
  ],
]);

function assertion(letter: string): Instruction[] {
  const holds = ASSERTIONS.get(letter);
  return holds === undefined ? [] : [{ kind: "assert", holds }];
}

function escaped(state: State): Instruction[] {
  const set = readEscape(state);
  if (set === undefined) throw new Refused(`\\${peek(state)}`);
  return typeof set === "string" ? literal(state, set) : [{ kind: "set", set }];
}

function literal({ flags }: State, char: string): Instruction[] {
  const set = bytesIn(char);
  return [{ kind: "set", set: flags.caseless ? inBothCases(set) : set }];
}

function group(state: State): Instruction[] {
  if (peek(state) === "*") throw new Refused("a verb such as (*UTF8)");
  if (!take(state, "?")) return capture(state, undefined);
  if (taken(state, /#[^)]*\)/y) !== undefined) return [];
  const name = taken(state, /P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)'/y);
  if (name !== undefined) return capture(state, name[1] ?? name[2]);
  if (take(state, ":")) return closed(state);
  for (const how of ["=", "!", "<=", "<!", ">"] as const) {
    if (!state.source.startsWith(how, state.at)) continue;
    state.at += how.length;
    return [{ kind: "inner", how, instructions: closed(state) }];
  }
  return flagged(state);
}

function flagged(state: State): Instruction[] {
  const [, on = "", off = "", end] = taken(state, /([is]*)(?:-([is]+))?([:)])/y) ?? [];
  if (taken(state, /[imsxnJU^-]+(?![:)imsxnJU^-])/y) !== undefined) {
    throw new Refused("a group's options end in no parenthesis", true);
  }
  if (end === undefined) throw new Refused(`(?${peek(state)}`);
  const outer = state.flags;
  state.flags = {
    caseless: !off.includes("i") && (on.includes("i") || outer.caseless),
    dotAll: !off.includes("s") && (on.includes("s") || outer.dotAll),
  };
  if (end === ")") return [];
  const inner = closed(state);
  state.flags = outer;
  return inner;
}

function capture(state: State, name: string | undefined): Instruction[] {
  const number = ++state.groups;
  if (name !== undefined) {
    if (state.names.has(name)) throw new Refused("two groups of the same name");
    state.names.set(name, number);
  }
  const inner = closed(state);
  return joined(state, [
    [{ kind: "save", slot: 2 * number }],
    inner,
    [{ kind: "save", slot: 2 * number + 1 }],
  ]);
}

function closed(state: State): Instruction[] {
  const inner = alternatives(state);
  if (!take(state, ")")) throw new Refused("a parenthesis is never closed", true);
  return inner;
}
