/**
 * The little XML that S3 answers with. The parser inside minio-js takes a text that looks like a
 * number for one, so that the key `1.10` becomes `1.1` and an upload id of digits another id.
 */

/** The contents of every element of that name, in order; such elements do not nest in S3. */
export function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([^]*?)</${name}>`, "g"))]
    .map((match) => match[1] ?? "");
}

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

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMED.get(name) ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : parseInt(hex, 16));
  });
}

/**
 * How the names in a listing are to be read: servers that heed `encoding-type=url` say so in it.
 * A space comes as `+` from most of them, a plus sign as `%2B`.
 */
export function nameDecoder(listing: string): (name: string) => string {
  if (elementText(listing, "EncodingType") !== "url") return (name) => name;
  return (name) => decodeURIComponent(name.replaceAll("+", " "));
}
