/** What a request asks for, by its address as it came in. */

/** A request's address, taken apart. */
export interface RequestPath {
  /** `http://HOST`, as the client calls this server. */
  readonly origin: string;
  /** Decoded, without slashes at its ends; empty for the root. */
  readonly path: string;
  /** Whether it ended in a slash. */
  readonly folder: boolean;
  readonly query: URLSearchParams;
}

/** `new URL()` would resolve `..` and turn backslashes round: here both are to be seen. */
const ADDRESS = /^(https?:\/\/[A-Za-z0-9._~:%[\]-]*)(\/[^?#]*)(?:\?([^#]*))?/;

/**
 * Takes an address apart; `undefined` for one that no honest client sends: with a NUL, a `..` or a
 * backslash in its path once that is decoded, or that is no UTF-8 then. As in nginx an encoded slash
 * is a slash, and several slashes are one.
 */
export function parseRequestPath(address: string): RequestPath | undefined {
  const [, origin, encoded, query = ""] = ADDRESS.exec(address) ?? [];
  const decoded = encoded === undefined ? undefined : decode(encoded);
  if (origin === undefined || decoded === undefined || /[\0\\]/.test(decoded)) return undefined;
  const parts = decoded.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return undefined;
  const folder = /\/\.?$/.test(decoded);
  return { origin, path: parts.join("/"), folder, query: new URLSearchParams(query) };
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined; // not UTF-8, or a lone %
  }
}

/**
 * A path as it is written in an address. Parentheses, quotes and the like are encoded, too, so that
 * it can stand in a shell's command or in a YAML text as it is.
 */
export function encodePath(path: string): string {
  return path.split("/").map((part) =>
    encodeURIComponent(part).replace(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  ).join("/");
}
