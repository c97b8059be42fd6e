/** From a URL to the path that lighttpd opens for it. */
import type { Resolved } from "../../base_url.ts";
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { type FileView, linksOn } from "../../file_view.ts";
import {
  type LocationPlace,
  newTrace,
  NoAnswer,
  noteStep,
  noteWarning,
  type Trace,
  type WebAddress,
} from "../../result.ts";
import { GIVE_ROOT, groupsOf, requestUri, requireScheme, unclear } from "../server.ts";
import { type Effective, effective } from "./effective.ts";
import { chooseSocket, entriesOf, type Setting } from "./settings.ts";

/** The module that has to be loaded for a key to mean anything. */
const MODULES: readonly (readonly [RegExp, string])[] = [
  [/^alias\./, "mod_alias"],
  [/^url\.redirect/, "mod_redirect"],
  [/^url\.rewrite/, "mod_rewrite"],
  [/^url\.access/, "mod_access"],
  [/^proxy\./, "mod_proxy"],
  [/^fastcgi\./, "mod_fastcgi"],
  [/^scgi\./, "mod_scgi"],
  [/^uwsgi\./, "mod_uwsgi"],
  [/^ajp13\./, "mod_ajp13"],
  [/^cgi\./, "mod_cgi"],
  [/^auth\./, "mod_auth"],
  [/^evhost\./, "mod_evhost"],
  [/^simple-vhost\./, "mod_simple_vhost"],
  [/^vhostdb\./, "mod_vhostdb"],
  [/^magnet\./, "mod_magnet"],
  [/^secdownload\./, "mod_secdownload"],
];

/** Keys that decide what answers. */
const DECIDES =
  /^(?:server\.(?:document-root|chroot|modules|follow-symlink)|ssl\.engine|alias\.url|url\.(?:redirect|rewrite.*|access-.*)|(?:proxy|fastcgi|scgi|uwsgi|ajp13)\.server|cgi\.assign|auth\.require|evhost\..*|simple-vhost\..*|vhostdb\..*|magnet\.attract.*|secdownload\..*|static-file\.exclude-extensions)$/;

/** Keys whose values are not followed. */
const NOT_FOLLOWED =
  /^(?:server\.chroot|evhost\..*|simple-vhost\..*|vhostdb\..*|magnet\.attract.*|secdownload\..*)$/;

/** Lists of endings that are answered with 403. */
const DENIES = /^(?:url\.access-deny|static-file\.exclude-extensions)$/;

type Settings = ReadonlyMap<string, Effective>;

/** Follows a GET: socket, conditions, what takes it away, `alias.url` or `server.document-root`. */
export async function resolve(
  settings: readonly Setting[],
  confPath: string,
  address: WebAddress,
  view: FileView,
): Promise<Resolved> {
  const trace = newTrace();
  const socket = chooseSocket(settings, confPath, address);
  noteStep(trace, `lighttpd listens on ${socket.ip}:${socket.port}`, socket.place);
  const { host, scheme, query } = address;
  const uri = requestUri("lighttpd", address);
  const loaded = withModules(settings);
  const set = effective(loaded, { socket, host, scheme, uri, query }, (key) => DECIDES.test(key));
  requireScheme("lighttpd", set.get("ssl.engine")?.value === "enable", address, socket.place);
  refuseTaken(set, uri);
  warnOfCredentials(set, uri, trace);
  const { file, line } = socket.place;
  const found = mapped(set, uri, trace);
  const follow = set.get("server.follow-symlink");
  const [link] = follow?.value === "disable" ? await linksOn(toText(found.path), view) : [];
  if (link !== undefined && follow !== undefined) {
    const state = `server.follow-symlink at ${placeText(follow.by)} refuses ${
      JSON.stringify(link)
    }`;
    throw new NoAnswer("denied", `${state}, which is a link`, GIVE_ROOT);
  }
  return { server: { file, line, names: [] }, ...found, trace };
}

/** Without those whose module is not loaded. */
function withModules(settings: readonly Setting[]): readonly Setting[] {
  const modules = new Set(
    settings.filter(({ key }) => key === "server.modules")
      .flatMap(({ value }) => entriesOf(value)).map(({ value }) => value),
  );
  return settings.filter(({ key }) => {
    const module = MODULES.find(([keys]) => keys.test(key))?.[1];
    return module === undefined || modules.has(module);
  });
}

function refuseTaken(set: Settings, uri: string): void {
  const allowed = set.get("url.access-allow");
  const isAllowList = entriesOf(allowed?.value).length > 0; // then the other list does not count
  for (const [key, { value, by }] of set) {
    if (key === "url.access-deny" && isAllowList) continue;
    if (NOT_FOLLOWED.test(key) && value !== "") throw unclear(key, by, "is not followed");
    const taken = entriesOf(value).find((one) => takes(key, one.key ?? text(one.value), uri, by));
    if (taken === undefined) continue;
    const what = `${key} for "${toText(taken.key ?? text(taken.value))}" at ${placeText(by)}`;
    if (DENIES.test(key)) {
      throw new NoAnswer("denied", `${what} refuses everybody`, GIVE_ROOT);
    }
    if (key.startsWith("url.re")) {
      throw new NoAnswer("rewrite", `${what} turns the request into another one`, GIVE_ROOT);
    }
    throw new NoAnswer("handler", `${what} answers instead of files`, GIVE_ROOT);
  }
  if (allowed === undefined || !isAllowList) return;
  if (entriesOf(allowed.value).some(({ value }) => uri.endsWith(text(value)))) return;
  const what = `url.access-allow at ${placeText(allowed.by)}`;
  throw new NoAnswer("denied", `${what} lets such names not through`, GIVE_ROOT);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Whether an entry of a key takes a URI away from files; the file asked for counts as there. */
function takes(key: string, entry: string, uri: string, by: Setting): boolean {
  if (/^url\.(?:redirect|rewrite(?:-once|-repeat|-final)?)$/.test(key)) {
    return groupsOf(entry, uri, by) !== undefined;
  }
  if (DENIES.test(key) || key === "cgi.assign") return uri.endsWith(entry);
  if (!/^(?:proxy|fastcgi|scgi|uwsgi|ajp13)\.server$/.test(key)) return false;
  return entry.startsWith("/") ? uri.startsWith(entry) : uri.endsWith(entry);
}

function warnOfCredentials(set: Settings, uri: string, trace: Trace): void {
  const required = set.get("auth.require");
  if (required === undefined) return;
  if (!entriesOf(required.value).some(({ key = "" }) => uri.startsWith(key))) return;
  noteWarning(trace, {
    code: "auth",
    message: `auth.require at ${
      placeText(required.by)
    } asks nodes for credentials, which they do not have`,
    hint: "Take this folder out of auth.require, and reload lighttpd.",
  });
}

function mapped(
  set: Settings,
  uri: string,
  trace: Trace,
): { readonly path: string; readonly location: LocationPlace | null } {
  const alias = set.get("alias.url");
  const entry = entriesOf(alias?.value).find(({ key = "" }) => uri.startsWith(key));
  if (alias !== undefined && entry !== undefined) {
    const { key = "", value } = entry;
    const { file, line } = alias.by;
    noteStep(trace, `alias.url "${toText(key)}" => "${toText(text(value))}"`, alias.by);
    return {
      path: absolute(text(value) + uri.slice(key.length), alias.by),
      location: { file, line, match: toText(key) },
    };
  }
  const root = set.get("server.document-root");
  if (root === undefined) {
    throw new NoAnswer("unclear", "no server.document-root is set", GIVE_ROOT);
  }
  noteStep(trace, `server.document-root "${toText(text(root.value))}"`, root.by);
  return { path: absolute(text(root.value).replace(/\/$/, "") + uri, root.by), location: null };
}

function absolute(path: string, by: Setting): string {
  if (path.startsWith("/")) return path;
  throw unclear(toText(path), by, "is relative, to a folder that is not known");
}
