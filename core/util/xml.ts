/**
 * The little XML that S3 and WebDAV servers answer with, read in one pass, whatever a server makes of
 * it. A parser for all of XML would take the key `1.10` for a number, 1.1.
 */

/** The contents of every element of that name, whatever its prefix; such elements do not nest. */
export function elements(xml: string, name: string): string[] {
  const found: string[] = [];
  for (let at = 0;;) {
    const opened = tagAt(xml, name, at, OPENING);
    if (opened === undefined) return found;
    const isEmpty = xml.charAt(opened.end - 2) === "/"; // <name/>
    const closed = isEmpty ? opened : tagAt(xml, name, opened.end, CLOSING);
    if (closed === undefined) return found;
    found.push(isEmpty ? "" : xml.slice(opened.end, closed.start));
    at = closed.end;
  }
}

/** The next tag of that name, its prefix apart. */
function tagAt(xml: string, name: string, from: number, tag: RegExp) {
  for (let start = xml.indexOf("<", from); start >= 0; start = xml.indexOf("<", start + 1)) {
    tag.lastIndex = start;
    if (tag.exec(xml)?.[1] !== name) continue;
    const end = xml.indexOf(">", tag.lastIndex);
    return end < 0 ? undefined : { start, end: end + 1 };
  }
}

/** A name has some letters; more are none of those that are looked for. */
const OPENING = /<(?:[\w.-]{1,64}:)?([\w.-]{1,64})(?=[\s/>])/y;
const CLOSING = /<\/(?:[\w.-]{1,64}:)?([\w.-]{1,64})(?=[\s>])/y;

/** The text of the first element of that name; `undefined` when there is none. */
export function elementText(xml: string, name: string): string | undefined {
  const content = elements(xml, name)[0];
  return content === undefined ? undefined : decodeEntities(content);
}

/** The text as it stands inside an element. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const NAMED = new Map([["lt", "<"], ["gt", ">"], ["quot", '"'], ["apos", "'"], ["amp", "&"]]);

/** Text with `&amp;`, `&#47;` and `&#x2f;` read; what stands for no character stays as it is. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,8})|#(\d{1,8})|(\w{1,8}));/gi, (whole, hex, ten, name) => {
    if (name !== undefined) return NAMED.get(name) ?? whole;
    const code = hex === undefined ? Number(ten) : parseInt(hex, 16);
    return code > 0x10ffff ? whole : String.fromCodePoint(code);
  });
}
