/** From a URL to the path that lighttpd opens for it. */
import { resolve as resolvePath } from "node:path";
import type { Resolved } from "../../base_url.ts";
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { type FileView, linksOn } from "../../file_view.ts";
import { newTrace, NoAnswer, noteStep, type Trace, type WebAddress } from "../../result.ts";
import {
  GIVE_ROOT,
  type Opened,
  optionsIn,
  requestUri,
  requireScheme,
  type Running,
  taken,
  unclear,
  warnOfCredentials,
} from "../server.ts";
import { readSettings } from "./parse.ts";
import { rewritten, ruleFor } from "./rewrite.ts";
import { chooseSocket, effective, entriesOf, globally, type Setting, textOf } from "./settings.ts";

/** Reads the configuration that a running lighttpd was started with. */
export async function openLighttpd(running: Running): Promise<Opened> {
  const { argv, folder, view } = running;
  const [file] = optionsIn(argv, "-f");
  if (file === undefined) {
    throw new NoAnswer("unclear", "lighttpd was started without -f FILE", GIVE_ROOT);
  }
  const confPath = resolvePath(folder, file);
  const settings = await readSettings(confPath, running);
  const names = ["server.username", "server.groupname"].map((key) => globally(settings, key));
  return {
    confPath,
    resolve: (address) => resolve({ settings, confPath, view }, address),
    user: names[0] && names.flatMap((one) => one === undefined ? [] : textOf(one.value)).join(":"),
  };
}

/** Keys that decide what answers; `denied` and `handler` take away the files that an entry is for. */
const ROLES = [
  ["denied", /^(?:url\.access-deny|static-file\.exclude-extensions)$/],
  ["handler", /^(?:(?:proxy|fastcgi|scgi|uwsgi|ajp13)\.server|cgi\.assign)$/],
  [
    "unfollowed",
    /^(?:server\.chroot$|magnet\.attract|(?:evhost|simple-vhost|vhostdb|secdownload)\.)/,
  ],
  [
    "followed",
    /^(?:server\.(?:document-root|follow-symlink|force-lowercase-filenames)|userdir\.path|ssl\.engine|alias\.url|url\.(?:access-allow|redirect|rewrite.*)|auth\.require)$/,
  ],
] as const;

function roleOf(key: string): (typeof ROLES)[number][0] | undefined {
  return ROLES.find(([, keys]) => keys.test(key))?.[0];
}

/** Follows a GET: socket, conditions, what takes it away, `alias.url` or `server.document-root`. */
async function resolve(
  { settings, confPath, view }: { settings: Setting[]; confPath: string; view: FileView },
  address: WebAddress,
): Promise<Resolved> {
  const trace = newTrace();
  const socket = chooseSocket(settings, confPath, address);
  const { file, line } = socket.place;
  noteStep(trace, `lighttpd listens on ${socket.ip}:${socket.port}`, socket.place);
  const all = deciding(settings);
  const settingsFor = (one: WebAddress) =>
    effective(all, { ...one, socket, uri: requestUri("lighttpd", one) });
  const final = rewritten(address, settingsFor, trace);
  const set = settingsFor(final);
  let uri = requestUri("lighttpd", final);
  if (set.get("server.force-lowercase-filenames")?.value === "enable") uri = uri.toLowerCase();
  requireScheme("lighttpd", set.get("ssl.engine")?.value === "enable", address, socket.place);
  const redirect = set.get("url.redirect");
  const rule = redirect && ruleFor(redirect, final);
  if (rule !== undefined) throw taken("return", rule.what);
  refuseTaken(set, uri);
  const auth = set.get("auth.require");
  if (auth !== undefined && entriesOf(auth.value).some(({ key = "" }) => uri.startsWith(key))) {
    const hint = "Take this folder out of auth.require, and reload lighttpd.";
    warnOfCredentials(trace, `auth.require at ${placeText(auth)}`, hint);
  }
  const found = mapped(set, uri, trace);
  const follow = set.get("server.follow-symlink");
  const [link] = follow?.value === "disable" ? await linksOn(toText(found.path), view) : [];
  if (follow !== undefined && link !== undefined) {
    const state = `server.follow-symlink at ${placeText(follow)} refuses ${JSON.stringify(link)}`;
    throw new NoAnswer("denied", `${state}, which is a link`, GIVE_ROOT);
  }
  return { server: { file, line, names: [] }, ...found, trace };
}

/** Those that decide what answers, and whose module is loaded: `alias.url` is of mod_alias. */
function deciding(settings: readonly Setting[]): readonly Setting[] {
  const lists = settings.filter(({ key }) => key === "server.modules");
  const modules = new Set(lists.flatMap(({ value }) => entriesOf(value).map((one) => one.value)));
  return settings.filter(({ key }) => {
    const [, group = "", name = ""] = /^([\w-]+)\.([a-z]+)/.exec(key) ?? [];
    const module = `mod_${group === "url" ? name : group}`.replace("-", "_");
    const isLoaded = /^(?:server|ssl|static-file)$/.test(group) || modules.has(module);
    return isLoaded && roleOf(key) !== undefined;
  });
}

function refuseTaken(set: Map<string, Setting>, uri: string): void {
  const allowed = set.get("url.access-allow");
  const endings = entriesOf(allowed?.value).map(({ value }) => textOf(value));
  for (const [key, one] of set) {
    if (key === "url.access-deny" && endings.length > 0) continue; // the other list counts
    const isHome = key === "userdir.path" && uri.startsWith("/~");
    const role = isHome ? "unfollowed" : roleOf(key);
    if (role === "unfollowed" && one.value !== "") throw unclear(one, "is not followed", key);
    if (role !== "denied" && role !== "handler") continue;
    const entry = entriesOf(one.value).map((each) => each.key ?? textOf(each.value))
      .find((each) => takes(key, role, each, uri));
    if (entry !== undefined) {
      throw taken(role, `${key} for "${toText(entry)}" at ${placeText(one)}`);
    }
  }
  if (allowed === undefined || endings.length === 0) return;
  if (endings.some((ending) => uri.endsWith(ending))) return;
  const what = `url.access-allow at ${placeText(allowed)}`;
  throw new NoAnswer("denied", `${what} lets such names not through`, GIVE_ROOT);
}

/** Whether an entry of a key takes a URI away from files. */
function takes(key: string, role: string, entry: string, uri: string): boolean {
  const isPrefix = role === "handler" && key !== "cgi.assign" && entry.startsWith("/");
  return isPrefix ? uri.startsWith(entry) : uri.endsWith(entry);
}

function mapped(set: Map<string, Setting>, uri: string, trace: Trace) {
  const alias = set.get("alias.url");
  const entry = entriesOf(alias?.value).find(({ key = "" }) => uri.startsWith(key));
  if (alias !== undefined && entry !== undefined) {
    const { key = "", value } = entry;
    const { file, line } = alias;
    noteStep(trace, `alias.url "${toText(key)}" => "${toText(textOf(value))}"`, alias);
    return {
      path: absolute(textOf(value) + uri.slice(key.length), alias),
      location: { file, line, match: toText(key) },
    };
  }
  const root = set.get("server.document-root");
  if (root === undefined) {
    throw new NoAnswer("unclear", "no server.document-root is set", GIVE_ROOT);
  }
  const folder = textOf(root.value);
  noteStep(trace, `server.document-root "${toText(folder)}"`, root);
  return { path: absolute(folder.replace(/\/$/, "") + uri, root), location: null };
}

function absolute(path: string, by: Setting): string {
  if (path.startsWith("/")) return path;
  throw unclear(by, "is relative, to a folder that is not known", path);
}
