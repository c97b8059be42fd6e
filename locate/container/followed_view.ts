/** Links of a container, followed as it would itself. */
import type { FileKind, FileView } from "../file_view.ts";

/** What stands under a path of which only the last part may be a link. */
export type Entry =
  | { readonly kind: FileKind }
  | { readonly kind: "link"; readonly target: string };

/** As many as Linux follows in one path. */
export const MAX_LINKS = 40;

/**
 * Follows links inside of a tree: `/proc/PID/root/a` would lead to this host's files where `a` is a
 * link to an absolute path.
 *
 * @param look what stands there; undefined for nothing, or when that cannot be told
 */
export function followLinks(
  look: (path: string) => Promise<Entry | undefined>,
): Pick<FileView, "kind" | "realpath"> {
  return {
    async kind(path) {
      const real = await realPath(path, look);
      if (real === undefined || real === "/") return real && "folder";
      const entry = await look(real);
      return entry?.kind === "link" ? undefined : entry?.kind;
    },
    realpath: (path) => realPath(path, look),
  };
}

async function realPath(
  path: string,
  look: (path: string) => Promise<Entry | undefined>,
): Promise<string | undefined> {
  let rest = parts(path);
  let real = "";
  let links = 0;
  while (rest.length > 0) {
    const [name = "", ...behind] = rest;
    rest = behind;
    if (name === "..") {
      real = real.slice(0, Math.max(0, real.lastIndexOf("/")));
      continue;
    }
    const entry = await look(`${real}/${name}`);
    if (entry === undefined) return undefined;
    if (entry.kind !== "link") real = `${real}/${name}`;
    else {
      if (++links > MAX_LINKS) return undefined;
      rest = [...parts(entry.target), ...rest];
      if (entry.target.startsWith("/")) real = "";
    }
  }
  return real || "/";
}

function parts(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
