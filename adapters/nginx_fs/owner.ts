/** Whom new files belong to. */
import { GROUP, idOf, PASSWD, splitAccount } from "./accounts.ts";

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
  const { user, group } = splitAccount("owner", text);
  return {
    uid: idOf("owner", text, user, PASSWD),
    gid: group === undefined ? -1 : idOf("owner", text, group, GROUP),
  };
}
