/**
 * What file managers and editors leave behind in folders, and so in archives of them. A name alone
 * makes nothing junk: the first bytes must be what such a program writes.
 */
import type { TarFields } from "./tar/mod.ts";

/** So many bytes of a file tell whether it is junk. */
const HEAD = 512;

/** No control characters but white space and escape. */
const TEXT = /^[^\0-\x08\x0e-\x1a\x1c-\x1f\x7f]*$/;

/** Names, without their folders, and how such a file begins, as bytes in Latin-1. */
const JUNK: readonly { readonly name: RegExp; readonly begins: RegExp }[] = [
  { name: /^\._./, begins: /^\0\x05\x16[\0\x07]/ }, // AppleDouble and AppleSingle (RFC 1740)
  { name: /^\.DS_Store$/, begins: /^\0\0\0\x01Bud1/ }, // macOS Finder
  { name: /^(?:eh)?thumbs(?:_vista)?\.db$/i, begins: /^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/ }, // Windows
  { name: /^desktop\.ini$/i, begins: /^[\xff\xfe\xef\xbb\xbf\s]*\[\0?\.\0?S/ }, // in UTF-16, too
  { name: /^\..+\.sw[a-p]$/, begins: /^b0VIM / },
  { name: /.~$/, begins: TEXT }, // Emacs, gedit, Kate; not a program that was put aside
  { name: /^#.+#$/, begins: TEXT }, // Emacs, what was not saved
];

/** Emacs locks a file by a link `.#NAME` to USER@HOST.PID:BOOT. */
const EMACS_LOCK = /^[^/]+@[^/]+\.\d+(?::\d+)?$/;

/** An entry of which the first bytes can be looked at. */
export interface Inspectable extends Pick<TarFields, "name" | "type" | "linkName"> {
  /** Up to so many bytes, which stay to be read. */
  head(length: number): Uint8Array | Promise<Uint8Array>;
}

/** Whether a file or link is junk. Waits only where its name is one of junk. */
export function isJunk(entry: Inspectable): boolean | Promise<boolean> {
  const name = entry.name.slice(entry.name.lastIndexOf("/") + 1);
  if (entry.type === "symlink") return name.startsWith(".#") && EMACS_LOCK.test(entry.linkName);
  if (entry.type !== "file") return false;
  const kinds = JUNK.filter((kind) => kind.name.test(name));
  return kinds.length > 0 && beginsAs(kinds, entry);
}

async function beginsAs(kinds: typeof JUNK, entry: Inspectable): Promise<boolean> {
  const head = String.fromCharCode(...await entry.head(HEAD));
  return kinds.some(({ begins }) => begins.test(head));
}
