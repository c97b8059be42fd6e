/** Users and groups of this host: /etc/passwd and /etc/group, not a directory service. */
import { readFileSync } from "node:fs";
import { errno } from "../../core/util/errno.ts";
import { BinimportError } from "../../core/util/errors.ts";

/** The file of users, passwd(5). */
const PASSWD = "/etc/passwd";

/** The file of groups, group(5). */
const GROUP = "/etc/group";

/** The largest number that chown(2) takes for an id; the one above means "leave it". */
const MAX_ID = 0xfffffffe;

/** A user, and perhaps a group, as an option gives them: each a number or a name. */
export interface AccountNames {
  readonly user: string;
  readonly group?: string;
}

/** Splits `USER` or `USER:GROUP`; throws code `usage` for anything else, naming `role`. */
function splitAccount(role: string, text: string): AccountNames {
  const match = /^([^:]+)(?::([^:]+))?$/.exec(text);
  if (match === null) throw unusable(role, text, "no such form", "Write USER or USER:GROUP.");
  const [, user = "", group] = match;
  return { user, ...(group !== undefined && { group }) };
}

/** The number that a name has in a file, or that it is; throws code `usage` when there is none. */
function idOf(role: string, text: string, name: string, file: string): number {
  const id = /^\d+$/.test(name) ? Number(name) : entries(file).find((one) => one.name === name)?.id;
  if (id === undefined || !(id <= MAX_ID)) {
    const hint = `Give its number, or a name from ${file}.`;
    throw unusable(role, text, `${file} has no "${name}"`, hint);
  }
  return id;
}

/** The groups of a user: that of its line in /etc/passwd, and those in /etc/group that name it. */
function groupsOf(uid: number): { readonly primary?: number; readonly others: number[] } {
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

/** A user and a group by number, as chown(2) takes them. */
export interface Owner {
  readonly uid: number;
  /** The group; -1 leaves it as it is. */
  readonly gid: number;
}

/**
 * Reads `USER` or `USER:GROUP`, each a number or a name. Names are looked up in /etc/passwd and
 * /etc/group, not in a directory service. Throws code `usage` for one that is not there.
 */
export function parseOwner(text: string): Owner {
  const { user, group } = splitAccount("owner", text);
  return {
    uid: idOf("owner", text, user, PASSWD),
    gid: group === undefined ? -1 : idOf("owner", text, group, GROUP),
  };
}

/** The user that a web server's workers run as. */
export interface ServerUser {
  /** As it was given, for messages. */
  readonly name: string;
  readonly uid: number;
  /** The numbers of all its groups. */
  readonly gids: readonly number[];
}

/**
 * Reads `USER` or `USER:GROUP`, as nginx's directive `user` names them; the group stands in for
 * that of /etc/passwd. Throws code `usage` for one that this host does not know.
 */
export function parseServerUser(text: string): ServerUser {
  const { user, group } = splitAccount("server user", text);
  const uid = idOf("server user", text, user, PASSWD);
  const { primary, others } = groupsOf(uid);
  const first = group === undefined ? primary : idOf("server user", text, group, GROUP);
  return { name: text, uid, gids: first === undefined ? others : [first, ...others] };
}
