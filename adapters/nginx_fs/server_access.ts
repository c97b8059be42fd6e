/** Folders that the web server's workers may not enter. */
import fs from "node:fs";
import type { AdapterHost } from "../../core/storage/mod.ts";
import { shellWord } from "../../core/util/hints.ts";
import { formatMode } from "../../core/util/units.ts";
import type { ServerUser } from "./accounts.ts";
import { join, parentOf, type Paths } from "./dir_handle.ts";
import { attempt } from "./file_system.ts";
import type { NginxFsConfig } from "./options.ts";
import type { Access } from "./reading.ts";

/**
 * The class of users, as chmod(1) calls it, that lacks a permission: to enter a folder, or `read` a
 * file. Just the first that fits counts (path_resolution(7)); of an unknown user, that of others.
 */
export function classLockedOut(
  { mode, uid, gid }: Access,
  user: ServerUser | undefined,
  needs: "enter" | "read" = "enter",
): "u" | "g" | "o" | undefined {
  if (user?.uid === 0) return undefined;
  const kind = user?.uid === uid ? "u" : user?.gids.includes(gid) ? "g" : "o";
  const bits = mode >> { u: 6, g: 3, o: 0 }[kind];
  return (bits & { enter: 1, read: 4 }[needs]) === 0 ? kind : undefined;
}

export type FolderWatch = (path: string, found: Access) => void;

/** Warns of folders that a server's workers may not enter: each above the root, one below it. */
export function watchFolders(
  { root }: Paths,
  user: ServerUser | undefined,
  host: AdapterHost,
): FolderWatch {
  const told = new Set<string>();
  const [who, other] = user === undefined
    ? ["A web server of another user", " If the server's user may enter, name it by --server-user."]
    : [`The web server's user "${user.name}"`, ""];
  return (path, { mode, uid, gid }) => {
    const missing = classLockedOut({ mode, uid, gid }, user);
    const isBelow = path.startsWith(`${root}/`); // where thousands may have been made alike
    if (missing === undefined || told.has(isBelow ? "" : path)) return;
    told.add(isBelow ? "" : path);
    const state = `mode ${formatMode(mode)}, owner ${uid}:${gid}`;
    const mend = isBelow
      ? `chmod -R ${missing}+X ${shellWord(root)}`
      : `chmod ${missing}+x ${shellWord(path)}`;
    const elsewhere = `or import into a folder such as /srv/www.${other}`;
    const hint = `Run ${mend}, ${elsewhere} Access control lists are not looked at.`;
    host.warn("folder-closed", `${who} may not enter ${JSON.stringify(path)} (${state})`, hint);
  };
}

/** Shows a watch every folder on the way to a root that exists, by all links, from the entrance. */
export function watchParents({ root, entrance = "/" }: NginxFsConfig, watch: FolderWatch): void {
  attempt("read", root, () => {
    const outside = new Set(entrance === "/" ? [] : wayTo(parentOf(entrance) || "/", "/"));
    const inside = new Set(wayTo(root, "/")).difference(outside);
    for (const folder of inside) watch(folder, fs.statSync(folder));
  });
}

/** The folders that a path leads through, as the kernel takes it; gives the last, without links. */
function* wayTo(path: string, from: string): Generator<string, string> {
  let at = path.startsWith("/") ? "/" : from;
  yield at;
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    const next = name === ".." ? parentOf(at) || "/" : join(at, name);
    at = fs.lstatSync(next).isSymbolicLink() ? yield* wayTo(fs.readlinkSync(next), at) : next;
    yield at;
  }
  return at;
}
