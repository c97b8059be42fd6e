/** From a request's path to a file below the root, and nowhere else. */
import { CHECKSUMS_KEY, isStateKey, MANIFEST_KEY } from "../core/storage/mod.ts";
import { errno } from "../core/util/errno.ts";
import { tried } from "../core/util/tried.ts";

/** What is under a path. */
export type PathLookup =
  /** `path`: without links; `key`: the same below the root. */
  | { readonly kind: "file"; readonly path: string; readonly key: string }
  | { readonly kind: "folder" }
  /** Also what may not be shown: that it exists is told to nobody. */
  | { readonly kind: "nothing" }
  | { readonly kind: "forbidden" };

const NOTHING: PathLookup = { kind: "nothing" };

/** What of our own state everybody may read. */
const SERVED_STATE = [MANIFEST_KEY, CHECKSUMS_KEY];

/**
 * Looks up a path below the root, whose own path must be free of links. Links are followed as long
 * as they end below the root. Of binimport's own folder only the manifest is shown, by whatever way
 * one comes there. Pipes and devices are nothing: to open one might wait for ever.
 */
export async function findFile(root: string, path: string): Promise<PathLookup> {
  const base = root === "/" ? "" : root;
  try {
    const real = await Deno.realPath(`${base}/${path}`);
    if (real === root) return { kind: "folder" };
    if (!real.startsWith(`${base}/`)) return NOTHING;
    const key = real.slice(base.length + 1);
    if (isStateKey(key) && !SERVED_STATE.includes(key)) return NOTHING;
    const { isFile, isDirectory } = await Deno.stat(real);
    if (isFile) return { kind: "file", path: real, key };
    return isDirectory ? { kind: "folder" } : NOTHING;
  } catch (error) {
    const code = errno(error) ?? "";
    if (["EACCES", "EPERM"].includes(code)) return { kind: "forbidden" };
    if (["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"].includes(code)) return NOTHING;
    throw error;
  }
}

export interface Asked {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** The header `Host`; empty without one. */
  readonly host: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Headers;
}

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
  const decoded = encoded && tried(() => decodeURIComponent(encoded)); // it may have a lone %
  if (origin === undefined || decoded === undefined || /[\0\\]/.test(decoded)) return undefined;
  const parts = decoded.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return undefined;
  const folder = /\/\.?$/.test(decoded);
  return { origin, path: parts.join("/"), folder, query: new URLSearchParams(query) };
}

/** A path as it is written in an address, fit for a shell's command and a YAML text as well. */
export function encodePath(path: string): string {
  return path.split("/").map((part) =>
    encodeURIComponent(part).replace(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  ).join("/");
}
