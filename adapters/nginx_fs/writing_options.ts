/** Options that say how files are written, whichever way their folder was found. */
import type { AdapterInput, OptionSpec } from "../../core/adapter.ts";
import { parseDuration } from "../../core/duration.ts";
import { LOCK_WAIT } from "../../core/lock_holder.ts";
import { type Owner, parseOwner } from "./owner.ts";
import { usage } from "./usage.ts";

/** How files are written. */
export interface Writing {
  /** Whether every file and folder is on the disk before the next step. */
  readonly fsync: boolean;
  /** Permission bits: 0644 for every file, or those in the package. */
  readonly mode: "0644" | "keep";
  /** Whom new files and folders belong to. Default: whoever runs the import. */
  readonly owner?: Owner;
  /** How long to wait for another import to end, in milliseconds. */
  readonly lockWait: number;
}

/** The options. */
export const writingOptions = {
  fsync: { summary: "have every file on the disk before it gets its name", kind: "flag" },
  mode: {
    summary: "permissions of files: all alike, or as in the package and readable",
    kind: "text",
    choices: ["0644", "keep"],
    default: "0644",
  },
  owner: {
    summary: "owner of new files and folders; needs root",
    kind: "text",
    placeholder: "USER[:GROUP]",
  },
  lockWait: LOCK_WAIT,
} as const satisfies Record<string, OptionSpec>;

/** Reads the option values; throws code `usage` when they are wrong. */
export function parseWriting(input: AdapterInput): Writing {
  const { fsync, mode = "0644", owner, lockWait = "0s" } = input;
  if (mode !== "0644" && mode !== "keep") {
    throw usage(`use the mode "${mode}": no such choice`, "Give --mode 0644 or --mode keep.");
  }
  return {
    fsync: fsync !== undefined,
    mode,
    ...(typeof owner === "string" && { owner: parseOwner(owner) }),
    lockWait: parseDuration(String(lockWait)),
  };
}
