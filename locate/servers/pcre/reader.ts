/** Reading an expression of PCRE: characters, escapes, and classes, which are sets of bytes. */

/** For each byte whether it is in the set. */
export type ByteSet = readonly boolean[];

export function byteSet(holds: (byte: number) => boolean): ByteSet {
  return Array.from({ length: 256 }, (_, byte) => holds(byte));
}

/** The set with the other case of its letters: of A to Z alone, as in the C locale. */
export function inBothCases(set: ByteSet): ByteSet {
  return byteSet((byte) => {
    const other = /[a-z]/i.test(String.fromCharCode(byte)) ? byte ^ 0x20 : byte;
    return set[byte] === true || set[other] === true;
  });
}

/** What classes hold, by the letter behind a backslash, or the name in `[:alpha:]`; C locale. */
const CLASSES: ReadonlyMap<string, RegExp> = new Map(Object.entries({
  ...{ d: /\d/, w: /\w/, s: /[\t-\r ]/, h: /[\t \xa0]/, v: /[\n-\r\x85]/ },
  ...{ D: /\D/, W: /\W/, S: /[^\t-\r ]/, H: /[^\t \xa0]/, V: /[^\n-\r\x85]/ },
  alpha: /[A-Za-z]/,
  digit: /\d/,
  alnum: /[0-9A-Za-z]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /[\t-\r ]/,
  blank: /[\t ]/,
  word: /\w/,
  graph: /[!-~]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  xdigit: /[0-9A-Fa-f]/,
  cntrl: /[\0-\x1f\x7f]/,
  ascii: /[\0-\x7f]/,
}));

function classOf(name: string): ByteSet | undefined {
  const one = CLASSES.get(name);
  return one && byteSet((byte) => one.test(String.fromCharCode(byte)));
}

export class Refused extends Error {
  /** `isInvalid`: PCRE refuses it as well. */
  constructor(reason: string, readonly isInvalid = false) {
    super(reason);
  }
}

export interface Reader {
  readonly source: string;
  at: number;
}

export function next(reader: Reader): string {
  if (reader.at >= reader.source.length) throw new Refused("it ends too early", true);
  return reader.source.charAt(reader.at++);
}

export function take(reader: Reader, sticky: RegExp): RegExpExecArray | undefined {
  sticky.lastIndex = reader.at;
  const found = sticky.exec(reader.source) ?? undefined;
  if (found !== undefined) reader.at = sticky.lastIndex;
  return found;
}

const CONTROLS: Readonly<Record<string, string>> = {
  t: "\t",
  n: "\n",
  r: "\r",
  f: "\f",
  e: "\x1b",
  a: "\x07",
};

const ESCAPE =
  /[DHSVWadefhnrstvw]|x\{([\dA-Fa-f]{1,2})\}|x([\dA-Fa-f]{0,2})(?!\{)|(0[0-7]{0,2})|[^A-Za-z\d]/y;

/** What stands behind a backslash, and means one character or a set of them. */
export function readEscape(reader: Reader): string | ByteSet {
  const [letter, braced, plain, octal] = take(reader, ESCAPE) ?? [];
  const hex = braced ?? plain;
  if (letter === undefined) throw new Refused(`\\${next(reader)}`);
  if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
  if (hex !== undefined) return String.fromCharCode(parseInt(hex || "0", 16));
  return classOf(letter) ?? CONTROLS[letter] ?? letter;
}

/** Reads a class from behind its `[`. A `]` first is a member, a hyphen at either end as well. */
export function readClass(reader: Reader, caseless: boolean): ByteSet {
  const isNegated = take(reader, /\^/y) !== undefined;
  const members: ByteSet[] = [];
  do members.push(readRange(reader)); while (take(reader, /\]/y) === undefined);
  const set = byteSet((byte) => members.some((one) => one[byte]));
  const cased = caseless ? inBothCases(set) : set;
  return isNegated ? cased.map((held) => !held) : cased;
}

function readRange(reader: Reader): ByteSet {
  const from = readMember(reader);
  if (typeof from !== "string") return from;
  const to = take(reader, /-(?!\])/y) === undefined ? from : readMember(reader);
  if (typeof to !== "string" || to < from) throw new Refused("a range without an end");
  return byteSet((byte) => from.charCodeAt(0) <= byte && byte <= to.charCodeAt(0));
}

function readMember(reader: Reader): string | ByteSet {
  const [posix, not, name = ""] = take(reader, /\[:(\^?)(\w*):\]/y) ?? [];
  if (posix !== undefined) {
    const set = name.length > 1 ? classOf(name) : undefined;
    if (set === undefined) throw new Refused(posix);
    return not === "" ? set : set.map((held) => !held);
  }
  if (take(reader, /\[[.=]/y) !== undefined) throw new Refused("[. or [= in a class");
  if (take(reader, /\\b/y) !== undefined) return "\b";
  const char = next(reader);
  return char === "\\" ? readEscape(reader) : char;
}
