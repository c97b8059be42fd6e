/** Where things lie under a root. */
import { realpathSync } from "node:fs";
import { STATE_FOLDER } from "../../core/key.ts";
import { assertKey } from "../../core/object_key.ts";
import { fault } from "./fs_error.ts";

/** The places under one root. */
export interface Paths {
  /** The root: absolute, its own links resolved, without a slash at the end. */
  readonly root: string;
  /** The folder of binimport's state. It is served, so that its manifest can be fetched. */
  readonly state: string;
  /** The folder of files that have no name yet: on the root's file system, so renaming works. */
  readonly temporary: string;
  /** The file that the import under way has locked. */
  readonly lock: string;
}

/** The places under a root, which need not exist yet. */
export function pathsUnder(root: string): Paths {
  const real = withoutLinks(root);
  const state = `${real === "/" ? "" : real}/${STATE_FOLDER}`;
  return { root: real, state, temporary: `${state}/tmp`, lock: `${state}/lock` };
}

function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // what is wrong with it is told by whoever needs it
  }
}

/** The path of a key. Throws code `invalid-key` for one that is none, or that is kept for us. */
export function pathOf({ root }: Paths, key: string): string {
  assertKey(key);
  if (isReserved(key)) {
    throw fault("invalid-key", "use", key, "it is kept for binimport", { key });
  }
  return join(root, key);
}

/** Everything before the last slash. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Everything behind the last slash. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A path below a folder. */
export function join(folder: string, rest: string): string {
  return folder === "/" ? `/${rest}` : `${folder}/${rest}`;
}

const RESERVED = new RegExp(`^${RegExp.escape(STATE_FOLDER)}(?:$|/(?:tmp|lock)(?:$|/))`);

/** Whether a key belongs to the lock or the temporary files. */
export function isReserved(key: string): boolean {
  return key.startsWith(STATE_FOLDER) && RESERVED.test(key);
}
