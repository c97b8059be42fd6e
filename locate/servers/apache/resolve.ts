/** From a URL to the path that Apache httpd opens for it. */
import type { Resolved } from "../../base_url.ts";
import { toBytes, toText } from "../../bytes.ts";
import type { Place } from "../../config_text.ts";
import { type FileView, linksOn } from "../../file_view.ts";
import {
  type LocationPlace,
  newTrace,
  NoAnswer,
  noteStep,
  type Trace,
  type WebAddress,
} from "../../result.ts";
import { GIVE_ROOT, groupsOf, requestUri, unclear } from "../server.ts";
import { checkAccess } from "./access.ts";
import { type Directive, last, quoted } from "./directive.ts";
import { refuseHandlers, refuseTaken, restBelow } from "./obstacles.ts";
import { overridesIn } from "./overrides.ts";
import { checkRewrites } from "./rewrite.ts";
import { applying, optionsOf, type ReadingState, type Section } from "./sections.ts";
import { isSet, type RewriteRequest } from "./variables.ts";
import { chooseHost } from "./virtual_host.ts";

/** A configuration that was read. */
export interface ApacheConfiguration {
  readonly main: readonly Directive[];
  /** As it was when all was read. */
  readonly state: ReadingState;
}

/** Follows a GET: host, what takes it away, `Alias` or `DocumentRoot`, sections. */
export async function resolve(
  { main, state }: ApacheConfiguration,
  address: WebAddress,
): Promise<Resolved> {
  const { serverRoot, view } = state;
  const trace = newTrace();
  const { own, place } = chooseHost(main, address, trace);
  if (/%2f/i.test(address.path)) throw unclear(address.path, place, "has a %2f, which is refused");
  const uri = requestUri("Apache httpd", address);
  const lists = own === main ? [main] : [own, main];
  const root = lists.map((list) => last(list, "documentroot")).find((one) => one !== undefined);
  const { path, location } = mapped(lists, uri, serverRoot, root, trace);
  const request = {
    address,
    uri,
    path,
    filename: uri,
    documentRoot: rootFolder(serverRoot, root),
    view,
  };
  const ended = await checkRewrites(rulesOf(lists), uri, request);
  refuseTaken(lists, uri);
  const sections = await applying(main, own, { uri, path }, overridesIn(lists, state));
  const inOrder = () => [...lists.toReversed(), ...sections.map((one) => one.directives)].flat();
  await checkLinks(sections, path, view);
  checkAccess(sections, (name) => isSet(name, inOrder(), request), trace);
  if (!ended) await checkFolderRewrites(sections, { ...request, filename: path });
  const handlers = lists.toReversed().map((directives) => ({
    directives: directives.filter(({ name }) => /^(?:set|add)handler$|^addtype$/.test(name)),
    folder: "",
  }));
  refuseHandlers([...handlers, ...sections], uri, address);
  return { server: place, location, path, trace };
}

/** The host's aliases come before those of the server around it; the first that matches counts. */
function mapped(
  lists: readonly (readonly Directive[])[],
  uri: string,
  serverRoot: string,
  root: Directive | undefined,
  trace: Trace,
): { readonly path: string; readonly location: LocationPlace | null } {
  for (const one of lists.flat()) {
    const path = aliased(one, uri);
    if (path === undefined) continue;
    noteStep(trace, toText(one.text), one);
    const { file, line, args: [name = ""] } = one;
    return { path: below(serverRoot, path), location: { file, line, match: toText(name) } };
  }
  if (root === undefined) {
    const state = "no DocumentRoot is given, and the default is not known";
    throw new NoAnswer("unclear", state, GIVE_ROOT);
  }
  noteStep(trace, toText(root.text), root);
  return { path: rootFolder(serverRoot, root) + uri, location: null };
}

function rootFolder(serverRoot: string, root: Directive | undefined): string {
  return root === undefined ? "" : below(serverRoot, (root.args[0] ?? "").replace(/\/$/, ""));
}

function aliased(one: Directive, uri: string): string | undefined {
  const { name, args: [from = "", to = ""] } = one;
  if (name === "alias") {
    const rest = restBelow(from, uri);
    return rest === undefined ? undefined : to + rest;
  }
  if (name !== "aliasmatch") return undefined;
  const groups = groupsOf(from, uri, one);
  return groups && to.replace(/\$(\d)|\\(.)/g, (_, group, char) => char ?? groups[group] ?? "");
}

function below(serverRoot: string, path: string): string {
  return path.startsWith("/") ? path : `${toBytes(serverRoot)}/${path}`;
}

/** The rules of a host. It has the engine of the server around it, but none of its rules. */
function rulesOf(lists: readonly (readonly Directive[])[]): readonly Directive[] {
  const [own = []] = lists;
  return isOn(lists) ? withoutInherit(own) : [];
}

/** The first list that says anything of the engine decides. */
function isOn(lists: readonly (readonly Directive[])[]): boolean {
  const engines = lists.map((list) => last(list, "rewriteengine"));
  return /^on$/i.test(engines.find((one) => one !== undefined)?.args[0] ?? "");
}

function withoutInherit(rules: readonly Directive[]): readonly Directive[] {
  const options = last(rules, "rewriteoptions");
  if (options === undefined || !/(?<!ignore)inherit/i.test(options.text)) return rules;
  throw unclear(toText(options.text), options, "is not followed");
}

/** As the rules of a host; in folders, the last section that has any counts, and sees what is left. */
async function checkFolderRewrites(
  sections: readonly Section[],
  request: RewriteRequest,
): Promise<void> {
  const found = sections.findLast(({ directives }) =>
    directives.some(({ name }) => name.startsWith("rewrite"))
  );
  if (found === undefined || !isOn(sections.map(({ directives }) => directives).toReversed())) {
    return;
  }
  const { directives, folder } = found;
  const options = optionsOf(sections);
  if (!options.has("followsymlinks") && !options.has("symlinksifownermatch")) {
    const [rule] = directives.filter(({ name }) => name.startsWith("rewrite"));
    const state = `${rule && quoted(rule)} needs Options FollowSymLinks: Apache httpd answers 403`;
    throw new NoAnswer("denied", state, "Add FollowSymLinks to Options there, and reload it.");
  }
  const { path } = request;
  const above = folder.replace(/\/?$/, "/");
  const subject = path.startsWith(above) ? path.slice(above.length) : path;
  await checkRewrites(withoutInherit(directives), subject, request);
}

/** A link is followed as the folders above it say, as `ap_directory_walk` looks at each name. */
async function checkLinks(
  sections: readonly Section[],
  path: string,
  view: FileView,
): Promise<void> {
  for (const link of await linksOn(toText(path), view)) {
    const names = link.split("/").length - 1;
    const options = optionsOf(sections.filter(({ depth = Infinity }) => depth < names));
    if (options.has("followsymlinks") || options.has("symlinksifownermatch")) continue;
    const state = `${
      JSON.stringify(link)
    } is a link, and Options do not let Apache follow it (403)`;
    throw new NoAnswer("denied", state, "Add FollowSymLinks to Options above it, and reload it.");
  }
}

/** `User` and `Group`, as far as they are names. */
export function userOf(main: readonly Directive[]): string | undefined {
  const name = (directive: (Directive & Place) | undefined) => directive?.args[0];
  const [user, group] = [name(last(main, "user")), name(last(main, "group"))];
  if (user === undefined || /[#$]/.test(user)) return undefined;
  return group === undefined || /[#$]/.test(group) ? toText(user) : toText(`${user}:${group}`);
}
