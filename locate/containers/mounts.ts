/** What is mounted into a container, whichever runtime tells it. */
import type { Warning } from "../result.ts";

/** A mount of a container. */
export interface Mount {
  /** The path in the container, absolute, without a slash at its end. */
  readonly destination: string;
  /** What it is, as people call it: `bind mount`, `volume "site"`. */
  readonly what: string;
  /** Where it lies on this host; or why nothing can be written there. */
  readonly source: string | {
    /** To stand behind what it is: `is in memory`. */
    readonly reason: string;
    readonly hint: string;
    /** Whether there is a folder that the runtime does not tell; the kernel may. */
    readonly isUntold?: boolean;
  };
  /** Whether the container may only read it; this host can write all the same. */
  readonly readOnly: boolean;
  /** What is to be known of it before something is written into it. */
  readonly warning?: Warning;
}

/** What a volume is, and where it lies, without where it is mounted. */
export type VolumeSource = Pick<Mount, "what" | "source" | "warning">;

/** A path without doubled slashes and a slash at its end. */
export function plain(path: string): string {
  return `/${path.split("/").filter((part) => part !== "" && part !== ".").join("/")}`;
}

/** A path below a folder. */
export function below(folder: string, path: string): string {
  return plain(`${folder}/${path}`);
}

/** Whether a path is a folder's own or one in it, by whole components. */
export function isWithin(path: string, folder: string): boolean {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}

/** What a path has below a folder that it lies in: empty, or from the slash on. */
export function restBelow(folder: string, path: string): string {
  return path.slice(folder === "/" ? 0 : folder.length);
}

/** In the order in which they are mounted, where the runtime mounts outer ones first. */
export function outerFirst(mounts: readonly Mount[]): Mount[] {
  const depth = ({ destination }: Mount) => destination.split("/").length;
  return mounts.toSorted((one, other) => depth(one) - depth(other));
}

/**
 * The mount that covers a path without links, absent where it is in the image's layer; and those
 * deeper than the path. Of the mounts, in their order, a later one covers what it lies over.
 */
export function resolveMount(
  path: string,
  mounts: readonly Mount[],
): { readonly mount: Mount | undefined; readonly inner: readonly Mount[] } {
  const visible = mounts.filter(({ destination }, i) =>
    !mounts.slice(i + 1).some((later) => isWithin(destination, later.destination))
  );
  // Of those around the path the last one is the innermost: it would be covered otherwise.
  const mount = visible.findLast(({ destination }) => isWithin(path, destination));
  const inner = visible.filter((one) => one !== mount && isWithin(one.destination, path));
  return { mount, inner };
}
