/** Whose processes serve the files. */
import { GROUP, groupsOf, idOf, PASSWD, splitAccount } from "./accounts.ts";

/** The user that a web server's workers run as. */
export interface ServerUser {
  /** As it was given, for messages. */
  readonly name: string;
  /** Its number. */
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
