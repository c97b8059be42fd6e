/** From a path in a container to the path on this host. */
import { below, isWithin, type Mount } from "./mount.ts";

/** Where a path of a container lies. */
export type Resolved =
  | {
    readonly kind: "mounted";
    /** The mount that covers it. */
    readonly mount: Mount;
    /** The path on this host. */
    readonly hostPath: string;
    /** What this host has at the mount's own place. */
    readonly source: string;
    /** Mounts deeper than the path: they hide what the host has there. */
    readonly hiding: readonly Mount[];
  }
  | {
    readonly kind: "unusable";
    /** The mount that covers it, and that has no folder to write into. */
    readonly mount: Mount;
    readonly reason: string;
    readonly hint: string;
  }
  | {
    /** Nothing covers it: it is in the image's layer. */
    readonly kind: "image";
    /** Mounts deeper than the path. */
    readonly inner: readonly Mount[];
  };

/**
 * Resolves a path, in which all links were followed as the container sees them. The longest
 * destination that is the path's own or a folder above it decides, by whole components.
 *
 * @param mounts in the order in which they were mounted: a later one covers what it lies over
 */
export function resolveMount(path: string, mounts: readonly Mount[]): Resolved {
  const visible = uncovered(mounts);
  const inner = visible.filter(({ destination }) =>
    destination !== path && isWithin(destination, path)
  );
  const [mount] = visible.filter(({ destination }) => isWithin(path, destination))
    .toSorted((one, other) => other.destination.length - one.destination.length);
  if (mount === undefined) return { kind: "image", inner };
  const { source, destination } = mount;
  if (typeof source !== "string") return { kind: "unusable", mount, ...source };
  const rest = destination === "/" ? path : path.slice(destination.length);
  const hostPath = below(source, rest);
  // What this host has there itself, such as another disk, comes with the folder.
  const hiding = inner.filter((one) =>
    one.source !== below(hostPath, one.destination.slice(path === "/" ? 0 : path.length))
  );
  return { kind: "mounted", mount, hostPath, source, hiding };
}

/** Those that no later mount lies over. */
function uncovered(mounts: readonly Mount[]): Mount[] {
  return mounts.filter(({ destination }, i) =>
    !mounts.slice(i + 1).some((later) => isWithin(destination, later.destination))
  );
}
