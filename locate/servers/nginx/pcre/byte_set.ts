/** Sets of bytes: what a character class of a regular expression holds. */

/** For each byte whether it is in the set. */
export type ByteSet = readonly boolean[];

/** The set of all bytes for which a test holds. */
export function byteSet(holds: (byte: number) => boolean): ByteSet {
  return Array.from({ length: 256 }, (_, byte) => holds(byte));
}

/** What is not in the set. */
export function complement(set: ByteSet): ByteSet {
  return set.map((held) => !held);
}

/** The set with the other case of its letters: of A to Z alone, as in the C locale. */
export function inBothCases(set: ByteSet): ByteSet {
  return byteSet((byte) => {
    const other = /[a-z]/i.test(String.fromCharCode(byte)) ? byte ^ 0x20 : byte;
    return set[byte] === true || set[other] === true;
  });
}

function setsOf(classes: Readonly<Record<string, RegExp>>): ReadonlyMap<string, ByteSet> {
  return new Map(
    Object.entries(classes).map(([name, one]) => [
      name,
      byteSet((byte) => one.test(String.fromCharCode(byte))),
    ]),
  );
}

/** `\d`, `\w` and so on as PCRE has them. */
export const ESCAPED_SETS: ReadonlyMap<string, ByteSet> = setsOf({
  ...{ d: /\d/, w: /\w/, s: /[\t-\r ]/, h: /[\t \xa0]/, v: /[\n-\r\x85]/ },
  ...{ D: /\D/, W: /\W/, S: /[^\t-\r ]/, H: /[^\t \xa0]/, V: /[^\n-\r\x85]/ },
});

/** `[:alpha:]` and the like, in the C locale. */
export const POSIX_SETS: ReadonlyMap<string, ByteSet> = setsOf({
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
});
