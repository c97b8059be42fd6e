/** Which configuration a running Apache httpd reads, and the path that it opens for a URL. */
import { Buffer } from "node:buffer";
import type { Resolved } from "../../base_url.ts";
import { toBytes, toText } from "../../bytes.ts";
import { type FileView, linksOn } from "../../file_view.ts";
import { newTrace, NoAnswer, noteStep, type WebAddress } from "../../result.ts";
import {
  type Directive,
  GIVE_ROOT,
  groupsOf,
  last,
  lastOf,
  type Opened,
  optionsIn,
  requestUri,
  type Running,
  unclear,
  userText,
} from "../server.ts";
import { checkAccess } from "./access.ts";
import { refuseHandlers, refuseTaken, restBelow } from "./obstacles.ts";
import { overridesIn } from "./overrides.ts";
import { readConfiguration } from "./parse.ts";
import { checkFolderRewrites, checkHostRewrites } from "./rewrite.ts";
import { absolute, applying, followsLinks, type ReadingState, type Section } from "./sections.ts";
import { isSet } from "./variables.ts";
import { chooseHost, type Host } from "./virtual_host.ts";

/** Reads the configuration that a running Apache httpd was started with. */
export async function openApache({ argv, program, view, env }: Running): Promise<Opened> {
  const [called = ""] = argv;
  if (optionsIn(argv, "-C", "-c").length > 0) {
    const place = { file: called, line: 1 };
    throw unclear(argv.join(" "), place, "gives directives on its command line");
  }
  const code = Buffer.from(program());
  const root = optionsIn(argv, "-d").at(-1) ?? builtInPath(code, "HTTPD_ROOT");
  const file = optionsIn(argv, "-f").at(-1) ?? builtInPath(code, "SERVER_CONFIG_FILE");
  const state: ReadingState = {
    view,
    serverRoot: toBytes(root ?? "/usr/local/apache2").replace(/\/+$/, ""),
    defined: new Map(optionsIn(argv, "-D").map((name) => [name, ""])),
    loaded: new Set(),
    builtIn: (name) => code.includes(`\0${name}\0`),
    env,
  };
  const confPath = toText(absolute(toBytes(file ?? "conf/httpd.conf"), state));
  const main = await readConfiguration(confPath, state);
  const hosts = new Map<string, Host>(); // all keys below a URL have the same one
  const resolveIn = async (address: WebAddress) => {
    const name = `${address.scheme}://${address.host}:${address.port}`;
    const host = hosts.get(name) ?? chooseHost(main, address);
    hosts.set(name, host);
    return await resolve(host, state, address);
  };
  return { confPath, resolve: resolveIn, ...userOf(main) };
}

/** As `httpd -V` prints it: the text stands in the program. */
function builtInPath(program: Buffer, name: string): string | undefined {
  const mark = ` -D ${name}="`;
  const start = program.indexOf(mark);
  if (start < 0) return undefined;
  const from = start + mark.length;
  return program.subarray(from, program.indexOf('"', from)).toString("utf8");
}

/** `User` and `Group`, as far as they are names. */
function userOf(main: readonly Directive[]): { user?: string } {
  const [user, group] = ["user", "group"].map((name) => last(main, name)?.args[0])
    .map((name) => name === undefined || /[#$]/.test(name) ? undefined : toText(name));
  return userText(user, group);
}

/** Follows a GET: host, what takes it away, `Alias` or `DocumentRoot`, sections. */
async function resolve(
  { lists, place, text, listen }: Host,
  state: ReadingState,
  address: WebAddress,
): Promise<Resolved> {
  const { view } = state;
  const trace = newTrace();
  noteStep(trace, listen.text, listen);
  noteStep(trace, [text, ...place.names].join(" "), place);
  if (/%2f/i.test(address.path)) throw unclear(address.path, place, "has a %2f, which is refused");
  const uri = requestUri("Apache httpd", address);
  const root = lastOf(lists, "documentroot");
  const documentRoot = root && absolute((root.args[0] ?? "").replace(/\/$/, ""), state);
  const alias = aliasFor(lists, uri, state);
  const path = alias?.path ?? `${documentRoot}${uri}`;
  if (alias === undefined && root === undefined) {
    const reason = "no DocumentRoot is given, and the default is not known";
    throw new NoAnswer("unclear", reason, GIVE_ROOT);
  }
  const by = alias?.by ?? root;
  if (by !== undefined) noteStep(trace, toText(by.text), by);
  const request = { address, uri, path, filename: uri, documentRoot: documentRoot ?? "", view };
  const ended = await checkHostRewrites(lists, request);
  refuseTaken(lists, uri);
  const sections = await applying(
    lists.toReversed().flat(),
    { uri, path },
    overridesIn(lists, state),
  );
  await checkLinks(sections, path, view);
  const inner = sections.flatMap(({ directives }) => directives);
  const inOrder = () => [...lists.toReversed().flat(), ...inner];
  checkAccess(sections, (name) => isSet(name, inOrder(), request), trace);
  if (!ended) await checkFolderRewrites(sections, { ...request, filename: path });
  const handlers = lists.toReversed().flat()
    .filter(({ name }) => /^(?:set|add)handler$|^addtype$/.test(name));
  refuseHandlers([...handlers, ...inner], uri, address);
  const location = alias && { file: alias.by.file, line: alias.by.line, match: alias.match };
  return { server: place, location: location ?? null, path, trace };
}

/** The host's aliases come before those of the server around it; the first that matches counts. */
function aliasFor(lists: readonly (readonly Directive[])[], uri: string, state: ReadingState) {
  for (const by of lists.flat()) {
    const path = aliased(by, uri);
    if (path === undefined) continue;
    return { by, path: absolute(path, state), match: toText(by.args[0] ?? "") };
  }
  return undefined;
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

/** A link is followed as the folders above it say, as `ap_directory_walk` looks at each name. */
async function checkLinks(
  sections: readonly Section[],
  path: string,
  view: FileView,
): Promise<void> {
  for (const link of await linksOn(toText(path), view)) {
    const names = link.split("/").length - 1;
    if (followsLinks(sections.filter(({ depth = Infinity }) => depth < names))) continue;
    const state = `${
      JSON.stringify(link)
    } is a link, and Options do not let Apache follow it (403)`;
    throw new NoAnswer("denied", state, "Add FollowSymLinks to Options above it, and reload it.");
  }
}
