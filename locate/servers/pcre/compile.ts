/** From an expression of PCRE to instructions; what cannot be followed as PCRE does is refused. */
import {
  type ByteSet,
  byteSet,
  inBothCases,
  next,
  readClass,
  type Reader,
  readEscape,
  Refused,
  take,
} from "./reader.ts";

/** One step of matching. Where to go on is told by how many instructions that is away. */
export type Instruction =
  | { readonly kind: "set"; readonly set: ByteSet }
  /** Tries `first`, and the other one when that fails. */
  | { readonly kind: "split"; readonly first: number; readonly other: number }
  | { readonly kind: "jump"; readonly by: number }
  /** Notes the position: slot 2n is the beginning of group n, 2n + 1 its end. */
  | { readonly kind: "save"; readonly slot: number }
  /** What a sticky expression of JavaScript finds at the position. */
  | { readonly kind: "assert"; readonly sticky: RegExp }
  /** Lookarounds, and what is not entered again once it has matched (`>`). */
  | { readonly kind: "inner"; readonly how: string; readonly instructions: readonly Instruction[] };

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
  /** Whether no group is repeated: what it holds after a round that took nothing is not known. */
  readonly exact: boolean;
}

/** Instructions made, those of nested pieces on each level: `x{1000}` is written out. */
const MAX_SIZE = 90_000;

interface State extends Reader {
  /** `(?i)` and `(?s)`: they hold to the end of the group that they stand in. */
  flags: { readonly caseless: boolean; readonly dotAll: boolean };
  groups: number;
  readonly names: Map<string, number>;
  exact: boolean;
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
  return { ...state, instructions };
}

function grow(state: State, by: number): void {
  state.size += by;
  if (state.size > MAX_SIZE) throw new Refused("it is too large");
}

/** Up to a closing parenthesis or the end. */
function alternatives(state: State): Instruction[] {
  const { flags } = state;
  const branches = [sequence(state)];
  while (take(state, /\|/y) !== undefined) branches.push(sequence(state));
  state.flags = flags;
  let behind = branches.reduce((sum, { length }) => sum + length + 2, -2);
  grow(state, behind);
  return branches.flatMap((branch, i): Instruction[] => {
    if (i === branches.length - 1) return branch;
    const { length } = branch;
    behind -= length + 2;
    const split = { kind: "split", first: 1, other: length + 2 } as const;
    return [split, ...branch, { kind: "jump", by: behind + 1 }];
  });
}

function sequence(state: State): Instruction[] {
  const pieces: Instruction[][] = [];
  while (/[^|)]/.test(state.source.charAt(state.at))) pieces.push(repeated(state));
  const all = pieces.flat();
  grow(state, all.length);
  return all;
}

const QUANTIFIER = /(?:[*+?]|\{(\d+)(,?)(\d*)\})([+?]?)/y;

function repeated(state: State): Instruction[] {
  const { groups } = state;
  const piece = atom(state);
  if (take(state, /\{,\d+\}/y) !== undefined) {
    throw new Refused("PCRE's versions differ about {,n}");
  }
  const [whole, least, comma, most, kind] = take(state, QUANTIFIER) ?? [];
  if (whole === undefined) return piece;
  if (piece.length === 0) throw new Refused("a quantifier follows nothing");
  const sign = whole.charAt(0);
  if (state.groups > groups && sign !== "?") state.exact = false;
  if (take(state, QUANTIFIER) !== undefined) throw new Refused("two quantifiers");
  const min = Number(least ?? (sign === "+" ? 1 : 0));
  const max = sign === "?" ? 1 : Number((comma === "" ? least : most) || Infinity);
  if (max < min) throw new Refused("a quantifier is out of order", true);
  grow(state, piece.length * (max === Infinity ? min : max));
  const all = times(piece, min, max, kind === "?");
  return kind === "+" ? [{ kind: "inner", how: ">", instructions: all }] : all;
}

function times(piece: Instruction[], min: number, max: number, isLazy: boolean): Instruction[] {
  const { length } = piece;
  const split = (inside: number, behind: number): Instruction => ({
    kind: "split",
    first: isLazy ? behind : inside,
    other: isLazy ? inside : behind,
  });
  const required = Array<Instruction[]>(min).fill(piece).flat();
  if (max === Infinity) {
    // A round that takes nothing comes to a split where it was before, and so goes on behind it.
    const loop = [...piece, split(-length, 1)];
    return min === 0 ? [split(1, length + 2), ...loop] : [...required.slice(length), ...loop];
  }
  const optional = Array.from(
    { length: max - min },
    (_, i) => [split(1, (max - min - i) * (length + 1)), ...piece],
  );
  return [...required, ...optional.flat()];
}

/** They mean the same to JavaScript, but `$` also stands before a last line feed. */
const ASSERTIONS: ReadonlyMap<string, RegExp> = new Map([
  ["^", /^/y],
  ["\\A", /^/y],
  ["$", /(?=\n?$)/y],
  ["\\Z", /(?=\n?$)/y],
  ["\\z", /$/y],
  ["\\b", /\b/y],
  ["\\B", /\B/y],
]);

function atom(state: State): Instruction[] {
  const { caseless, dotAll } = state.flags;
  const sticky = ASSERTIONS.get(take(state, /[$^]|\\[ABZbz]/y)?.[0] ?? "");
  if (sticky !== undefined) return [{ kind: "assert", sticky }];
  const char = next(state);
  if (char === "(") return group(state);
  if (char === "[") return [{ kind: "set", set: readClass(state, caseless) }];
  if (char === ".") return [{ kind: "set", set: byteSet((byte) => dotAll || byte !== 10) }];
  if (/[*+?]/.test(char)) throw new Refused("a quantifier follows nothing", true);
  const escaped = char === "\\" ? readEscape(state) : char;
  if (typeof escaped !== "string") return [{ kind: "set", set: escaped }];
  const set = byteSet((byte) => byte === escaped.charCodeAt(0));
  return [{ kind: "set", set: caseless ? inBothCases(set) : set }];
}

function group(state: State): Instruction[] {
  if (take(state, /\*/y) !== undefined) throw new Refused("a verb such as (*UTF8)");
  if (take(state, /\?#[^)]*\)/y) !== undefined) return [];
  const named = take(state, /\?P?<([A-Za-z_]\w*)>|\?'([A-Za-z_]\w*)'/y);
  if (named !== undefined || state.source.charAt(state.at) !== "?") {
    const number = ++state.groups;
    const name = named?.[1] ?? named?.[2];
    if (name !== undefined && state.names.has(name)) {
      throw new Refused("two groups of the same name");
    }
    if (name !== undefined) state.names.set(name, number);
    const slot = 2 * number;
    return [{ kind: "save", slot }, ...closed(state), { kind: "save", slot: slot + 1 }];
  }
  const [, how] = take(state, /\?([=!>]|<[=!])/y) ?? [];
  return how === undefined ? flagged(state) : [{ kind: "inner", how, instructions: closed(state) }];
}

function flagged(state: State): Instruction[] {
  const [, on = "", off = "", end] = take(state, /\?([is]*)(?:-([is]+))?([:)])/y) ?? [];
  if (end === undefined) {
    if (take(state, /\?[imsxnJU^-]+(?![:)imsxnJU^-])/y) !== undefined) {
      throw new Refused("a group's options end in no parenthesis", true);
    }
    throw new Refused(`(${state.source.slice(state.at, state.at + 2)}`);
  }
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

function closed(state: State): Instruction[] {
  const inner = alternatives(state);
  if (take(state, /\)/y) === undefined) throw new Refused("a parenthesis is never closed", true);
  return inner;
}
