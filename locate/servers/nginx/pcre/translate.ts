/**
 * From PCRE to JavaScript. Every construct that the two read in different ways is written out, so
 * that the result needs no flags: classes as sets of bytes, `$` as the end or before a last line
 * feed, letters in both cases. What cannot be written out is refused.
 */
import {
  type ByteSet,
  byteSet,
  bytesIn,
  caseless as inBothCases,
  classSource,
  complement,
} from "./byte_set.ts";
import { pcreClass } from "./character_class.ts";
import { NotTranslatable, NotValid, type PcreReader, pcreReader, readEscape } from "./reader.ts";

export interface Translation {
  /** The source of a JavaScript expression that needs no flags. Group 1 is named `c1`. */
  readonly regex: string;
  /** How many groups it has. */
  readonly groups: number;
  /** The numbers of its named groups. */
  readonly names: ReadonlyMap<string, number>;
  /** Whether groups hold after a match what they hold in PCRE. */
  readonly exact: boolean;
}

interface State extends PcreReader {
  groups: number;
  atomics: number;
  readonly names: Map<string, number>;
  exact: boolean;
  /** Lookbehinds around the place being read. */
  behind: number;
}

/** `(?i)` and `(?s)`: they hold to the end of the group that they stand in. */
interface Flags {
  caseless: boolean;
  dotAll: boolean;
}

export function translate(source: string, caseless: boolean): Translation {
  const state: State = {
    ...pcreReader(source),
    groups: 0,
    atomics: 0,
    names: new Map(),
    exact: true,
    behind: 0,
  };
  const regex = alternatives(state, { caseless, dotAll: false });
  if (!state.atEnd()) throw new NotValid("a parenthesis is closed but never opened");
  const { groups, names, exact } = state;
  return { regex, groups, names, exact };
}

/** Up to a closing parenthesis or the end. */
function alternatives(state: State, outer: Flags): string {
  const flags = { ...outer };
  let written = "";
  while (!state.atEnd() && state.peek() !== ")") {
    if (state.take("|")) written += "|";
    else written += repeated(state, flags);
  }
  return written;
}

const QUANTIFIER = /(?:[*+?]|\{\d+(?:,\d*)?\})([+?]?)/y;

function repeated(state: State, flags: Flags): string {
  const groups = state.groups;
  const piece = atom(state, flags);
  if (state.matches(/\{,\d+\}/y) !== undefined) {
    throw new NotTranslatable("PCRE's versions differ about {,n}");
  }
  const [quantifier, kind] = state.matches(QUANTIFIER) ?? [];
  if (quantifier === undefined) return piece;
  if (piece === "") throw new NotTranslatable("a quantifier follows nothing");
  if (state.groups > groups && !quantifier.startsWith("?")) state.exact = false;
  if (state.matches(QUANTIFIER) !== undefined) throw new NotTranslatable("two quantifiers");
  const whole = `(?:${piece})${kind === "+" ? quantifier.slice(0, -1) : quantifier}`;
  return kind === "+" ? atomic(state, whole) : whole;
}

/** A lookahead cannot be entered again, so what it found is all that is tried. */
function atomic(state: State, piece: string): string {
  if (state.behind > 0) throw new NotTranslatable("an atomic group in a lookbehind");
  const name = `a${++state.atomics}`;
  return `(?:(?=(?<${name}>${piece}))\\k<${name}>)`;
}

const NOT_LINE_FEED = complement(bytesIn("\n"));
const EVERY = byteSet(() => true);

function atom(state: State, flags: Flags): string {
  const char = state.next();
  switch (char) {
    case "(":
      return group(state, flags);
    case "[":
      return classSource(pcreClass(state, flags.caseless));
    case ".":
      return classSource(flags.dotAll ? EVERY : NOT_LINE_FEED);
    case "^":
      return "^";
    case "$":
      return "(?=\\n?$)";
    case "\\":
      return escape(state, flags);
    case "*":
    case "+":
    case "?":
      throw new NotValid("a quantifier follows nothing");
    default:
      return literal(char, flags);
  }
}

function cased(set: ByteSet, { caseless }: Flags): ByteSet {
  return caseless ? inBothCases(set) : set;
}

function literal(char: string, flags: Flags): string {
  return classSource(cased(bytesIn(char), flags));
}

const ASSERTIONS: Readonly<Record<string, string>> = {
  b: "\\b",
  B: "\\B",
  A: "^",
  z: "$",
  Z: "(?=\\n?$)",
};

function escape(state: State, flags: Flags): string {
  const assertion = ASSERTIONS[state.peek()];
  if (assertion !== undefined) {
    state.next();
    return assertion;
  }
  const set = readEscape(state);
  if (set === undefined) throw new NotTranslatable(`\\${state.peek()}`);
  return classSource(typeof set === "string" ? cased(bytesIn(set), flags) : set);
}

function group(state: State, flags: Flags): string {
  if (state.peek() === "*") throw new NotTranslatable("a verb such as (*UTF8)");
  if (!state.take("?")) return capture(state, flags, undefined);
  if (state.matches(/#[^)]*\)/y) !== undefined) return "";
  const name = state.matches(/P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)'/y);
  if (name !== undefined) return capture(state, flags, name[1] ?? name[2]);
  if (state.take(">")) return atomic(state, closed(state, flags));
  if (state.take(":")) return `(?:${closed(state, flags)})`;
  const look = state.matches(/<?[=!]/y)?.[0];
  if (look !== undefined) return `(?:(?${look}${inside(state, flags, look)}))`;
  return flagged(state, flags);
}

function inside(state: State, flags: Flags, look: string): string {
  if (!look.startsWith("<")) return closed(state, flags);
  const groups = state.groups;
  state.behind++;
  const body = closed(state, flags);
  state.behind--;
  if (state.groups > groups) state.exact = false; // JavaScript matches these from the right
  return body;
}

function flagged(state: State, flags: Flags): string {
  const [, on = "", off = "", end] = state.matches(/([is]*)(?:-([is]+))?([:)])/y) ?? [];
  if (state.matches(/[imsxnJU^-]+(?![:)imsxnJU^-])/y) !== undefined) {
    throw new NotValid("a group's options end in no parenthesis");
  }
  if (end === undefined) throw new NotTranslatable(`(?${state.peek()}`);
  const own = end === ")" ? flags : { ...flags };
  for (const [letters, value] of [[on, true], [off, false]] as const) {
    if (letters.includes("i")) own.caseless = value;
    if (letters.includes("s")) own.dotAll = value;
  }
  return end === ")" ? "" : `(?:${closed(state, own)})`;
}

function capture(state: State, flags: Flags, name: string | undefined): string {
  const number = ++state.groups;
  if (name !== undefined) {
    if (state.names.has(name)) throw new NotTranslatable("two groups of the same name");
    state.names.set(name, number);
  }
  return `(?<c${number}>${closed(state, flags)})`;
}

function closed(state: State, flags: Flags): string {
  const body = alternatives(state, flags);
  if (!state.take(")")) throw new NotValid("a parenthesis is never closed");
  return body;
}
