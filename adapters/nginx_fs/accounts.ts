/** Users and groups of this host: /etc/passwd and /etc/group, not a directory service. */
import { readFileSync } from "node:fs";
import { errno } from "../../core/errno.ts";
import { BinimportError } from "../../core/errors.ts";

/** The file of users, passwd(5). */
export const PASSWD = "/etc/passwd";

/** The file of groups, group(5). */
export const GROUP = "/etc/group";

/** The largest number that chown(2) takes for an id; the one above means "leave it". */
const MAX_ID = 0xfffffffe;

/** A user, and perhaps a group, as an option gives them: each a number or a name. */
export interface AccountNames {
  /** The user. */
  readonly user: string;
  /** The group. */
  readonly group?: string;
}

/** Splits `USER` or `USER:GROUP`; throws code `usage` for anything else, naming `role`. */
export function splitAccount(role: string, text: string): AccountNames {
  const match = /^([^:]+)(?::([^:]+))?$/.exec(text);
  if (match === null) throw unusable(role, text, "no such form", "Write USER or USER:GROUP.");
  const [, user = "", group] = match;
  return { user, ...(group !== undefined && { group }) };
}

/** The number that a name has in a file, or that it is; throws code `usage` when there is none. */
export function idOf(role: string, text: string, name: string, file: string): number {
  const id = /^\d+$/.test(name) ? Number(name) : entries(file).find((one) => one.name === name)?.id;
  if (id === undefined || !(id <= MAX_ID)) {
    const hint = `Give its number, or a name from ${file}.`;
    throw unusable(role, text, `${file} has no "${name}"`, hint);
  }
  return id;
}

/** The groups of a user: that of its line in /etc/passwd, and those in /etc/group that name it. */
export function groupsOf(uid: number): { readonly primary?: number; readonly others: number[] } {
  const user = entries(PASSWD).find(({ id }) => id === uid);
  const primary = Number(user?.rest[0] || "x");
  const others = entries(GROUP)
    .filter(({ rest }) => user !== undefined && rest[0]?.split(",").includes(user.name))
    .map(({ id }) => id);
  return { ...(Number.isInteger(primary) && { primary }), others };
}

interface Entry {
  readonly name: string;
  readonly id: number;
  /** The fields behind the id. */
  readonly rest: readonly string[];
}

/** Both files hold lines of NAME:PASSWORD:ID:…, see passwd(5) and group(5). */
function entries(file: string): Entry[] {
  return readLines(file).flatMap((line) => {
    const [name = "", , id = "", ...rest] = line.split(":");
    return /^\d+$/.test(id) ? [{ name, id: Number(id), rest }] : [];
  });
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch (error) {
    if (errno(error) === "ENOENT") return []; // as in a container built from scratch
    throw error;
  }
}

function unusable(role: string, text: string, state: string, hint: string): BinimportError {
  return new BinimportError("usage", `Cannot use the ${role} "${text}": ${state}`, { hint });
}
