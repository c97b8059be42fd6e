/** What is mounted into a container, whichever runtime tells it. */
import type { Warning } from "../answer.ts";

/** A mount. */
export interface Mount {
  /** The path in the container, absolute, without a slash at its end. */
  readonly destination: string;
  /** What it is, as people call it: `bind mount`, `volume "site"`. */
  readonly what: string;
  /** Where it lies on this host; or why nothing can be written there. */
  readonly source: string | Unusable;
  /** Whether the container may only read it; this host can write all the same. */
  readonly readOnly: boolean;
  /** What is to be known of it before something is written into it. */
  readonly warning?: Warning;
}

/** What a volume is, and where it lies, without where it is mounted. */
export type VolumeSource = Pick<Mount, "what" | "source" | "warning">;

/** Why a mount has no folder of this host that can be written to. */
export interface Unusable {
  /** To stand behind what it is: `is in memory`. */
  readonly reason: string;
  /** What to do. */
  readonly hint: string;
}

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

/** In the order in which they are mounted, where the runtime mounts outer ones first. */
export function outerFirst(mounts: readonly Mount[]): Mount[] {
  const depth = ({ destination }: Mount) => destination.split("/").length;
  return mounts.toSorted((one, other) => depth(one) - depth(other));
}

/** A mount in memory. */
export function inMemory(destination: string): Mount {
  return {
    destination: plain(destination),
    what: "tmpfs",
    readOnly: false,
    source: {
      reason: "is in memory, and gone when the container stops",
      hint: "Mount a folder of this host there instead.",
    },
  };
}
