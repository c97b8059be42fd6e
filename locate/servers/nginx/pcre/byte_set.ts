/** Sets of bytes: what a character class of a regular expression holds. */

/** For each byte whether it is in the set. */
export type ByteSet = readonly boolean[];

/** The set of all bytes for which a test holds. */
export function byteSet(holds: (byte: number) => boolean): ByteSet {
  return Array.from({ length: 256 }, (_, byte) => holds(byte));
}

/** The set of the characters in a text. */
export function bytesIn(text: string): ByteSet {
  return byteSet((byte) => text.includes(String.fromCharCode(byte)));
}

/** What is not in the set. */
export function complement(set: ByteSet): ByteSet {
  return set.map((held) => !held);
}

/** What is in any of the sets. */
export function union(...sets: readonly ByteSet[]): ByteSet {
  return byteSet((byte) => sets.some((set) => set[byte]));
}

/** The set with the other case of its letters: of A to Z alone, as in the C locale. */
export function inBothCases(set: ByteSet): ByteSet {
  return byteSet((byte) => {
    const letter = byte & ~0x20;
    const isLetter = letter >= 0x41 && letter <= 0x5a;
    return set[byte] === true || (isLetter && set[byte ^ 0x20] === true);
  });
}

/** Every byte. */
export const ANY_BYTE = byteSet(() => true);

const DIGIT = byteSet((byte) => byte >= 0x30 && byte <= 0x39);
const LOWER = byteSet((byte) => byte >= 0x61 && byte <= 0x7a);
const UPPER = byteSet((byte) => byte >= 0x41 && byte <= 0x5a);
const ALPHA = union(LOWER, UPPER);
const WORD = union(ALPHA, DIGIT, bytesIn("_"));
const SPACE = bytesIn(" \t\n\v\f\r");
const GRAPH = byteSet((byte) => byte > 0x20 && byte < 0x7f);

/** `\d`, `\w`, `\s`, `\h` and `\v` as PCRE has them; in upper case their complements. */
export const ESCAPED_SETS: ReadonlyMap<string, ByteSet> = new Map(
  ([["d", DIGIT], ["w", WORD], ["s", SPACE], ["h", bytesIn(" \t\xa0")], [
    "v",
    bytesIn("\n\v\f\r\x85"),
  ]] as const).flatMap(([letter, set]) => [
    [letter, set] as const,
    [letter.toUpperCase(), complement(set)] as const,
  ]),
);

/** `[:alpha:]` and the like, in the C locale. */
export const POSIX_SETS: ReadonlyMap<string, ByteSet> = new Map([
  ["alpha", ALPHA],
  ["digit", DIGIT],
  ["alnum", union(ALPHA, DIGIT)],
  ["upper", UPPER],
  ["lower", LOWER],
  ["space", SPACE],
  ["blank", bytesIn(" \t")],
  ["word", WORD],
  ["graph", GRAPH],
  ["print", union(GRAPH, bytesIn(" "))],
  ["punct", byteSet((byte) => GRAPH[byte] === true && !ALPHA[byte] && !DIGIT[byte])],
  ["xdigit", bytesIn("0123456789abcdefABCDEF")],
  ["cntrl", byteSet((byte) => byte < 0x20 || byte === 0x7f)],
  ["ascii", byteSet((byte) => byte < 0x80)],
]);
