/** Links of a container, followed as it would itself. */
import type { FileKind, FileView } from "../file_view.ts";

/** What stands under a path of which only the last part may be a link. */
export type Entry =
  | { readonly kind: FileKind }
  | { readonly kind: "link"; readonly target: string };

/** As many as Linux follows in one path. */
const MAX_LINKS = 40;

/**
 * Follows links inside of a tree: `/proc/PID/root/a` would lead to this host's files where `a` is a
 * link to an absolute path.
 *
 * @param look what stands there; undefined for nothing, or when that cannot be told
 */
export function followLinks(
  look: (path: string) => Promise<Entry | undefined>,
): Pick<FileView, "kind" | "realpath"> {
  async function realpath(path: string): Promise<string | undefined> {
    const rest = parts(path).reverse();
    let real = "";
    let links = 0;
    for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
      if (name === "..") {
        real = real.replace(/\/[^/]*$/, "");
        continue;
      }
      const entry = await look(`${real}/${name}`);
      if (entry === undefined) return undefined;
      if (entry.kind !== "link") {
        real += `/${name}`;
        continue;
      }
      if (++links > MAX_LINKS) return undefined;
      rest.push(...parts(entry.target).reverse());
      if (entry.target.startsWith("/")) real = "";
    }
    return real || "/";
  }

  return {
    realpath,
    async kind(path) {
      const real = await realpath(path);
      if (real === undefined || real === "/") return real && "folder";
      const entry = await look(real);
      return entry?.kind === "link" ? undefined : entry?.kind;
    },
  };
}

function parts(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
