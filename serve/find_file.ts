/** From a request's path to a file below the root, and nowhere else. */
import { STATE_FOLDER } from "../core/key.ts";
import { MANIFEST_KEY } from "../core/manifest.ts";

/** What is under a path. */
export type Found =
  /** `path`: without links; `key`: the same below the root. */
  | { readonly kind: "file"; readonly path: string; readonly key: string }
  | { readonly kind: "folder" }
  /** Also what may not be shown: that it exists is told to nobody. */
  | { readonly kind: "nothing" }
  | { readonly kind: "forbidden" };

const NOTHING: Found = { kind: "nothing" };

/**
 * Looks up a path below the root, whose own path must be free of links. Links are followed as long
 * as they end below the root. Of binimport's own folder only the manifest is shown, by whatever way
 * one comes there. Pipes and devices are nothing: to open one might wait for ever.
 */
export async function findFile(root: string, path: string): Promise<Found> {
  const base = root === "/" ? "" : root;
  try {
    const real = await Deno.realPath(`${base}/${path}`);
    if (real === root) return { kind: "folder" };
    if (!real.startsWith(`${base}/`)) return NOTHING;
    const key = real.slice(base.length + 1);
    if (key.split("/", 1)[0] === STATE_FOLDER && key !== MANIFEST_KEY) return NOTHING;
    const { isFile, isDirectory } = await Deno.stat(real);
    if (isFile) return { kind: "file", path: real, key };
    return isDirectory ? { kind: "folder" } : NOTHING;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return { kind: "forbidden" };
    if (isAbsent(error)) return NOTHING;
    throw error;
  }
}

/** Nothing there, a file used as a folder, a circle of links, a name too long for any file. */
function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.FilesystemLoop ||
    (error instanceof Error && "code" in error && error.code === "ENAMETOOLONG");
}
