/** Whom new files belong to. */
import { readFileSync } from "node:fs";
import { BinimportError } from "../../core/errors.ts";
import { errno } from "./fs_error.ts";

/** A user and a group by number, as chown(2) takes them. */
export interface Owner {
  /** The user. */
  readonly uid: number;
  /** The group; -1 leaves it as it is. */
  readonly gid: number;
}

/**
 * Reads `USER` or `USER:GROUP`, each a number or a name. Names are looked up in /etc/passwd and
 * /etc/group, not in a directory service. Throws code `usage` for one that is not there.
 */
export function parseOwner(text: string): Owner {
  const match = /^([^:]+)(?::([^:]+))?$/.exec(text);
  if (match === null) throw unusable(text, "no such form", "Write USER or USER:GROUP.");
  const [, user = "", group] = match;
  return {
    uid: idOf(text, user, "/etc/passwd"),
    gid: group === undefined ? -1 : idOf(text, group, "/etc/group"),
  };
}

/** The largest number that chown(2) takes for an id; the one above means "leave it". */
const MAX_ID = 0xfffffffe;

function idOf(text: string, name: string, file: string): number {
  const id = /^\d+$/.test(name) ? Number(name) : lookUp(name, file);
  if (id === undefined || !(id <= MAX_ID)) {
    const hint = `Give its number, or a name from ${file}.`;
    throw unusable(text, `${file} has no "${name}"`, hint);
  }
  return id;
}

/** Both files hold lines of NAME:PASSWORD:ID:…, see passwd(5) and group(5). */
function lookUp(name: string, file: string): number | undefined {
  for (const line of readLines(file)) {
    const [found, , id = ""] = line.split(":");
    if (found === name && /^\d+$/.test(id)) return Number(id);
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch (error) {
    if (errno(error) === "ENOENT") return []; // as in a container built from scratch
    throw error;
  }
}

function unusable(text: string, state: string, hint: string): BinimportError {
  return new BinimportError("usage", `Cannot use the owner "${text}": ${state}`, { hint });
}
