/** From a URL to the path that lighttpd opens for it. */
import { resolve as resolvePath } from "node:path";
import type { Resolved } from "../../base_url.ts";
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { type FileView, linksOn } from "../../file_view.ts";
import { newTrace, NoAnswer, noteStep, type Trace, type WebAddress } from "../../result.ts";
import {
  GIVE_ROOT,
  groupsOf,
  type Opened,
  optionsIn,
  requestUri,
  requireScheme,
  type Running,
  taken,
  unclear,
  userText,
  warnOfCredentials,
} from "../server.ts";
import { type Effective, effective } from "./effective.ts";
import { readSettings } from "./parse.ts";
import { chooseSocket, entriesOf, globalText, type Setting, textOf } from "./settings.ts";

/** Reads the configuration that a running lighttpd was started with. */
export async function openLighttpd(running: Running): Promise<Opened> {
  const { argv, folder, view } = running;
  const [file] = optionsIn(argv, "-f");
  if (file === undefined) {
    throw new NoAnswer("unclear", "lighttpd was started without -f FILE", GIVE_ROOT);
  }
  const confPath = resolvePath(folder, file);
  const settings = await readSettings(confPath, running);
  const [user, group] = ["server.username", "server.groupname"]
    .map((key) => globalText(settings, key)?.value);
  return {
    confPath,
    resolve: (address) => resolve(settings, confPath, address, view),
    ...userText(user, group),
  };
}

/** The module that has to be loaded for a key to mean anything: `alias.url` is mod_alias's. */
const MODULES: readonly (readonly [RegExp, module: string])[] = [
  [/^url\.(redirect|rewrite|access)/, "mod_$1"],
  [
    /^(alias|proxy|fastcgi|scgi|uwsgi|ajp13|cgi|auth|evhost|vhostdb|magnet|secdownload)\./,
    "mod_$1",
  ],
  [/^simple-vhost\./, "mod_simple_vhost"],
];

/** Keys whose values are not followed. */
const NOT_FOLLOWED =
  /^(?:server\.chroot|evhost\..*|simple-vhost\..*|vhostdb\..*|magnet\.attract.*|secdownload\..*)$/;

/** Keys that hand a path to another program. */
const GATEWAYS = /^(?:proxy|fastcgi|scgi|uwsgi|ajp13)\.server$/;

/** Lists of endings that are answered with 403. */
const DENIES = /^(?:url\.access-deny|static-file\.exclude-extensions)$/;

const REWRITES = /^url\.(?:redirect|rewrite.*)$/;

/** Others that decide what answers. */
const OTHERS =
  /^(?:server\.(?:document-root|modules|follow-symlink)|ssl\.engine|alias\.url|url\.access-allow|cgi\.assign|auth\.require)$/;

/** Whether a key decides what answers. */
function decides(key: string): boolean {
  return [NOT_FOLLOWED, GATEWAYS, DENIES, REWRITES, OTHERS].some((keys) => keys.test(key));
}

type Settings = ReadonlyMap<string, Effective>;

/** Follows a GET: socket, conditions, what takes it away, `alias.url` or `server.document-root`. */
async function resolve(
  settings: readonly Setting[],
  confPath: string,
  address: WebAddress,
  view: FileView,
): Promise<Resolved> {
  const trace = newTrace();
  const socket = chooseSocket(settings, confPath, address);
  noteStep(trace, `lighttpd listens on ${socket.ip}:${socket.port}`, socket.place);
  const uri = requestUri("lighttpd", address);
  const set = effective(withModules(settings), { ...address, socket, uri }, decides);
  requireScheme("lighttpd", set.get("ssl.engine")?.value === "enable", address, socket.place);
  refuseTaken(set, uri);
  const auth = set.get("auth.require");
  if (auth !== undefined && entriesOf(auth.value).some(({ key = "" }) => uri.startsWith(key))) {
    const hint = "Take this folder out of auth.require, and reload lighttpd.";
    warnOfCredentials(trace, `auth.require at ${placeText(auth.by)}`, hint);
  }
  const found = mapped(set, uri, trace);
  await refuseLinks(set, found.path, view);
  const { file, line } = socket.place;
  return { server: { file, line, names: [] }, ...found, trace };
}

/** Without those whose module is not loaded. */
function withModules(settings: readonly Setting[]): readonly Setting[] {
  const modules = new Set(
    settings.filter(({ key }) => key === "server.modules")
      .flatMap(({ value }) => entriesOf(value)).map(({ value }) => value),
  );
  return settings.filter(({ key }) => {
    const [keys, module = ""] = MODULES.find(([keys]) => keys.test(key)) ?? [];
    const [, group = ""] = keys?.exec(key) ?? [];
    return keys === undefined || modules.has(module.replace("$1", group));
  });
}

async function refuseLinks(set: Settings, path: string, view: FileView): Promise<void> {
  const follow = set.get("server.follow-symlink");
  if (follow?.value !== "disable") return;
  const [link] = await linksOn(toText(path), view);
  if (link === undefined) return;
  const state = `server.follow-symlink at ${placeText(follow.by)} refuses ${JSON.stringify(link)}`;
  throw new NoAnswer("denied", `${state}, which is a link`, GIVE_ROOT);
}

function refuseTaken(set: Settings, uri: string): void {
  const allowed = set.get("url.access-allow");
  const endings = entriesOf(allowed?.value).map(({ value }) => textOf(value));
  for (const [key, { value, by }] of set) {
    if (key === "url.access-deny" && endings.length > 0) continue; // the other list counts
    if (NOT_FOLLOWED.test(key) && value !== "") throw unclear(key, by, "is not followed");
    const entry = entriesOf(value).map((one) => one.key ?? textOf(one.value))
      .find((one) => takes(key, one, uri, by));
    if (entry === undefined) continue;
    const obstacle = DENIES.test(key) ? "denied" : REWRITES.test(key) ? "rewrite" : "handler";
    throw taken(obstacle, `${key} for "${toText(entry)}" at ${placeText(by)}`);
  }
  if (allowed === undefined || endings.length === 0) return;
  if (endings.some((ending) => uri.endsWith(ending))) return;
  const what = `url.access-allow at ${placeText(allowed.by)}`;
  throw new NoAnswer("denied", `${what} lets such names not through`, GIVE_ROOT);
}

/** Whether an entry of a key takes a URI away from files; the file asked for counts as there. */
function takes(key: string, entry: string, uri: string, by: Setting): boolean {
  if (REWRITES.test(key)) {
    // Those of `-if-not-file` are for what is not there.
    return !key.endsWith("-if-not-file") && groupsOf(entry, uri, by) !== undefined;
  }
  if (DENIES.test(key) || key === "cgi.assign") return uri.endsWith(entry);
  if (!GATEWAYS.test(key)) return false;
  return entry.startsWith("/") ? uri.startsWith(entry) : uri.endsWith(entry);
}

function mapped(set: Settings, uri: string, trace: Trace): Pick<Resolved, "path" | "location"> {
  const alias = set.get("alias.url");
  const entry = entriesOf(alias?.value).find(({ key = "" }) => uri.startsWith(key));
  if (alias !== undefined && entry !== undefined) {
    const { key = "", value } = entry;
    const { file, line } = alias.by;
    noteStep(trace, `alias.url "${toText(key)}" => "${toText(textOf(value))}"`, alias.by);
    return {
      path: absolute(textOf(value) + uri.slice(key.length), alias.by),
      location: { file, line, match: toText(key) },
    };
  }
  const root = set.get("server.document-root");
  if (root === undefined) {
    throw new NoAnswer("unclear", "no server.document-root is set", GIVE_ROOT);
  }
  const folder = textOf(root.value);
  noteStep(trace, `server.document-root "${toText(folder)}"`, root.by);
  return { path: absolute(folder.replace(/\/$/, "") + uri, root.by), location: null };
}

function absolute(path: string, by: Setting): string {
  if (path.startsWith("/")) return path;
  throw unclear(toText(path), by, "is relative, to a folder that is not known");
}
