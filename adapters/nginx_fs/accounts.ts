/** Users and groups of this host: /etc/passwd and /etc/group, not a directory service. */
import { readFileSync } from "node:fs";
import { errno } from "../../core/util/errno.ts";
import { usage } from "../option_values.ts";

const [PASSWD, GROUP] = ["/etc/passwd", "/etc/group"];

/** The largest number that chown(2) takes for an id; the one above means "leave it". */
const MAX_ID = 0xfffffffe;

/** A user and a group by number, as chown(2) takes them. */
export interface Owner {
  readonly uid: number;
  /** The group; -1 leaves it as it is. */
  readonly gid: number;
}

/** Reads `USER` or `USER:GROUP`, each a number or a name; throws code `usage`, naming `role`. */
export function parseOwner(text: string, role = "owner"): Owner {
  const refuse = (state: string, hint: string) =>
    usage(`use the ${role} "${text}": ${state}`, hint);
  const [user, group, ...more] = text.split(":");
  if (!user || group === "" || more.length > 0) {
    throw refuse("no such form", "Write USER or USER:GROUP.");
  }
  const idOf = (name: string, file: string) => {
    const id = /^\d+$/.test(name)
      ? Number(name)
      : entries(file).find((one) => one.name === name)?.id;
    if (id !== undefined && id <= MAX_ID) return id;
    throw refuse(`${file} has no "${name}"`, `Give its number, or a name from ${file}.`);
  };
  return { uid: idOf(user, PASSWD), gid: group === undefined ? -1 : idOf(group, GROUP) };
}

/** The user that a web server's workers run as. */
export interface ServerUser {
  /** As it was given, for messages. */
  readonly name: string;
  readonly uid: number;
  /** The numbers of all its groups. */
  readonly gids: readonly number[];
}

/** Reads the same as nginx's directive `user` has it; the group replaces that of /etc/passwd. */
export function parseServerUser(text: string): ServerUser {
  const { uid, gid } = parseOwner(text, "server user");
  const user = entries(PASSWD).find(({ id }) => id === uid);
  const others = entries(GROUP)
    .filter(({ rest }) => user !== undefined && rest[0]?.split(",").includes(user.name))
    .map(({ id }) => id);
  const first = gid >= 0 ? gid : Number(user?.rest[0] || "x");
  return { name: text, uid, gids: Number.isInteger(first) ? [first, ...others] : others };
}

/** Both files hold lines of NAME:PASSWORD:ID:…, see passwd(5) and group(5). */
function entries(file: string): { name: string; id: number; rest: readonly string[] }[] {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (errno(error) !== "ENOENT") throw error; // as in a container built from scratch
  }
  return text.split("\n").flatMap((line) => {
    const [name = "", , id = "", ...rest] = line.split(":");
    return /^\d+$/.test(id) ? [{ name, id: Number(id), rest }] : [];
  });
}
