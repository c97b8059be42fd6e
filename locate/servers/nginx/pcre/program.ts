/** From the text of a translated expression to instructions, which {@linkcode "./match.ts"} follows. */

/** One step of matching; where not said otherwise, the next instruction follows. */
export type Instruction =
  | { readonly kind: "set"; readonly has: (code: number) => boolean }
  /** Tries `first`, and the other one when that fails. */
  | { readonly kind: "split"; readonly first: number; readonly other: number }
  | { readonly kind: "jump"; readonly to: number }
  /** Notes the position: an even slot is a group's beginning, the next one its end. */
  | { readonly kind: "save"; readonly slot: number }
  /** Takes what the group of that slot took. */
  | { readonly kind: "again"; readonly slot: number }
  | { readonly kind: "assert"; readonly holds: (text: string, position: number) => boolean }
  | {
    readonly kind: "look";
    readonly behind: boolean;
    readonly negated: boolean;
    readonly program: Program;
  };

/** An expression; it has matched behind its last instruction. */
export interface Program {
  readonly instructions: readonly Instruction[];
  /** The slots of named groups. */
  readonly names: ReadonlyMap<string, number>;
}

/** `x{1000}` is written out: so few bytes could stand for very many instructions. */
const MAX_INSTRUCTIONS = 20_000;

interface State {
  readonly source: string;
  at: number;
  slots: number;
  readonly names: Map<string, number>;
  size: number;
}

/**
 * Reads what {@linkcode "../../../nginx/pcre_translation.ts"} writes: `[\x41-\x5a]`, `|`, groups that
 * are captured by name alone, quantifiers and lazy ones, lookarounds, `^ $ \b \B \n`, and `\k<name>`
 * behind its group. Throws a `SyntaxError` for anything else, and for what is too large.
 */
export function regexProgram(source: string): Program {
  const state: State = { source, at: 0, slots: 0, names: new Map(), size: 0 };
  const instructions = alternatives(state);
  if (state.at < source.length) throw wrong("a parenthesis is never opened");
  return { instructions, names: state.names };
}

function wrong(reason: string): SyntaxError {
  return new SyntaxError(`${reason}`);
}

/** Jumps and splits in pieces are relative to the piece; moving one adds its new place. */
function moved(piece: readonly Instruction[], by: number): Instruction[] {
  return piece.map((one) =>
    one.kind === "jump"
      ? { ...one, to: one.to + by }
      : one.kind === "split"
      ? { ...one, first: one.first + by, other: one.other + by }
      : one
  );
}

function joined(state: State, ...pieces: readonly (readonly Instruction[])[]): Instruction[] {
  const all: Instruction[] = [];
  for (const piece of pieces) {
    if (all.length + piece.length > MAX_INSTRUCTIONS) throw wrong("it is too large");
    for (const one of moved(piece, all.length)) all.push(one);
  }
  state.size += all.length;
  if (state.size > 20 * MAX_INSTRUCTIONS) throw wrong("it is too large");
  return all;
}

function alternatives(state: State): Instruction[] {
  const branches = [sequence(state)];
  while (take(state, "|")) branches.push(sequence(state));
  const last = branches.length - 1;
  const size = branches.reduce((sum, { length }) => sum + length + 2, -2);
  let at = 0;
  return joined(
    state,
    ...branches.map((branch, i): Instruction[] => {
      if (i === last) return branch;
      const begin = at;
      at += branch.length + 2;
      const split = { kind: "split", first: 1, other: branch.length + 2 } as const;
      return [split, ...moved(branch, 1), { kind: "jump", to: size - begin }];
    }),
  );
}

function sequence(state: State): Instruction[] {
  const pieces: Instruction[][] = [];
  while (state.at < state.source.length && !/[|)]/.test(peek(state))) pieces.push(repeated(state));
  return joined(state, ...pieces);
}

function repeated(state: State): Instruction[] {
  const piece = atom(state);
  const [whole, least, comma, most, lazy] = taken(
    state,
    /(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})(\??)/y,
  ) ?? [];
  if (whole === undefined) return piece;
  const char = whole.charAt(0);
  const min = char === "{" ? Number(least) : char === "+" ? 1 : 0;
  const max = char === "?" ? 1 : char !== "{" || (comma && most === "") ? Infinity : Number(
    comma ? most : least,
  );
  if (max < min) throw wrong("a quantifier is out of order");
  if (Math.max(min, max === Infinity ? 0 : max) * piece.length > MAX_INSTRUCTIONS) {
    throw wrong("it is too large");
  }
  const split = (inside: number, behind: number): Instruction =>
    lazy === "?"
      ? { kind: "split", first: behind, other: inside }
      : { kind: "split", first: inside, other: behind };
  const required = Array.from({ length: min }, () => piece);
  if (max === Infinity) {
    const size = piece.length;
    const loop = [split(1, size + 2), ...moved(piece, 1), { kind: "jump", to: 0 } as const];
    return joined(state, ...required, loop);
  }
  const optional = Array.from({ length: max - min }, (_, i) => [
    split(1, (max - min - i) * (piece.length + 1)),
    ...moved(piece, 1),
  ]);
  return joined(state, ...required, ...optional);
}

function isBoundary(text: string, position: number): boolean {
  const [before, behind] = [text.charAt(position - 1), text.charAt(position)];
  return /\w/.test(before) !== /\w/.test(behind);
}

function atom(state: State): Instruction[] {
  const char = next(state);
  switch (char) {
    case "(":
      return group(state);
    case "[":
      return [characterClass(state)];
    case "^":
      return [{ kind: "assert", holds: (_, position) => position === 0 }];
    case "$":
      return [{ kind: "assert", holds: (text, position) => position === text.length }];
    case "\\":
      return [escaped(state)];
    default:
      throw wrong(`${char} is not expected`);
  }
}

function escaped(state: State): Instruction {
  if (take(state, "n")) return { kind: "set", has: (code) => code === 10 };
  if (take(state, "b")) return { kind: "assert", holds: isBoundary };
  if (take(state, "B")) {
    return { kind: "assert", holds: (text, position) => !isBoundary(text, position) };
  }
  const [, name = ""] = taken(state, /k<(\w+)>/y) ?? [];
  const slot = state.names.get(name);
  if (slot === undefined) throw wrong("no such group");
  return { kind: "again", slot };
}

/** Ranges of bytes. */
function characterClass(state: State): Instruction {
  const members = new Uint8Array(256);
  while (!take(state, "]")) {
    const [, from = "", to = from] = taken(state, /\\x([0-9a-f]{2})(?:-\\x([0-9a-f]{2}))?/y) ?? [];
    if (from === "") throw wrong("a class of other things than bytes");
    members.fill(1, parseInt(from, 16), parseInt(to, 16) + 1);
  }
  return { kind: "set", has: (code) => members[code] === 1 };
}

function group(state: State): Instruction[] {
  const [, look, name] = taken(state, /\?(?::|(<?[=!])|<([A-Za-z_]\w*)>)/y) ?? [];
  if (look === undefined && name === undefined) return closed(state);
  if (look !== undefined) {
    const program = { instructions: closed(state), names: state.names };
    return [{ kind: "look", behind: look.startsWith("<"), negated: look.endsWith("!"), program }];
  }
  const slot = state.slots;
  state.slots += 2;
  if (name !== undefined) state.names.set(name, slot);
  const inner = closed(state);
  return joined(state, [{ kind: "save", slot }], inner, [{ kind: "save", slot: slot + 1 }]);
}

function closed(state: State): Instruction[] {
  const inner = alternatives(state);
  if (!take(state, ")")) throw wrong("a parenthesis is never closed");
  return inner;
}

function peek({ source, at }: State): string {
  return source.charAt(at);
}

function next(state: State): string {
  if (state.at >= state.source.length) throw wrong("it ends too early");
  return state.source.charAt(state.at++);
}

function take(state: State, char: string): boolean {
  if (peek(state) !== char) return false;
  state.at++;
  return true;
}

function taken(state: State, sticky: RegExp): RegExpExecArray | undefined {
  sticky.lastIndex = state.at;
  const found = sticky.exec(state.source);
  if (found === null) return undefined;
  state.at = sticky.lastIndex;
  return found;
}
