/** Which configuration a running Apache httpd reads, and the path that it opens for a URL. */
import { fromBuffer, toBytes, toText } from "../../bytes.ts";
import { linksOn } from "../../file_view.ts";
import { newTrace, NoAnswer, noteStep, type WebAddress } from "../../result.ts";
import { matchOf } from "../pcre/mod.ts";
import {
  type Directive,
  GIVE_ROOT,
  last,
  type Opened,
  optionsIn,
  requestUri,
  type Running,
  unclear,
} from "../server.ts";
import { checkAccess } from "./access.ts";
import { refuseHandlers, refuseTaken, restBelow } from "./obstacles.ts";
import { readConfiguration } from "./parse.ts";
import { isEngineOn, runFolderRules, runRules } from "./rewrite.ts";
import { applying, followsLinks } from "./sections.ts";
import { absolute, type ReadingState } from "./state.ts";
import { isSet } from "./variables.ts";
import { chooseHost } from "./virtual_host.ts";

/** Reads the configuration that a running Apache httpd was started with. */
export async function openApache({ argv, program, view, env }: Running): Promise<Opened> {
  const [called = ""] = argv;
  if (optionsIn(argv, "-C", "-c").length > 0) {
    const place = { file: called, line: 1 };
    throw unclear(place, "gives directives on its command line", argv.join(" "));
  }
  const code = fromBuffer(program());
  const root = optionsIn(argv, "-d").at(-1) ?? builtInPath(code, "HTTPD_ROOT");
  const file = optionsIn(argv, "-f").at(-1) ?? builtInPath(code, "SERVER_CONFIG_FILE");
  const state: ReadingState = {
    view,
    serverRoot: toBytes(root ?? "/usr/local/apache2").replace(/\/+$/, ""),
    defined: new Map(optionsIn(argv, "-D").map((name) => [name, ""])),
    loaded: new Map(),
    code,
    modules: new Map(),
    env,
  };
  const confPath = toText(absolute(toBytes(file ?? "conf/httpd.conf"), state));
  const main = await readConfiguration(confPath, state);
  const names = ["user", "group"].map((name) => last(main, name)?.args[0] ?? "")
    .map((name) => /[#$]/.test(name) ? "" : toText(name));
  return {
    confPath,
    resolve: (address) => resolve(main, state, address),
    user: names[0] ? names.filter(Boolean).join(":") : undefined,
  };
}

/** As `httpd -V` prints it: the text stands in the program. */
function builtInPath(program: string, name: string): string | undefined {
  const start = program.indexOf(` -D ${name}="`);
  return start < 0 ? undefined : toText(program.slice(start, start + 4096)).split('"')[1];
}

/** Follows a GET: host, what takes it away, `Alias` or `DocumentRoot`, sections. */
async function resolve(main: readonly Directive[], state: ReadingState, address: WebAddress) {
  const { view } = state;
  const trace = newTrace();
  const host = chooseHost(main, address);
  const { own, outside, place, listen } = host;
  noteStep(trace, listen.text, listen);
  noteStep(trace, [host.text, ...place.names].join(" "), place);
  if (/%2f/i.test(address.path)) throw unclear(place, "has a %2f, which is refused", address.path);
  const uri = requestUri("Apache httpd", address);
  // The host's own come last where later ones count, and first where the first that fits does.
  const [all, ownFirst] = [[...outside, ...own], [...own, ...outside]];
  const root = last(all, "documentroot");
  const documentRoot = root ? absolute((root.args[0] ?? "").replace(/\/$/, ""), state) : "";
  const alias = ownFirst.find((one) => aliased(one, uri) !== undefined);
  const by = alias ?? root;
  if (by === undefined) {
    const reason = "no DocumentRoot is given, and the default is not known";
    throw new NoAnswer("unclear", reason, GIVE_ROOT);
  }
  const path = alias ? absolute(aliased(alias, uri) ?? "", state) : `${documentRoot}${uri}`;
  noteStep(trace, toText(by.text), by);
  const canonical = last(all, "usecanonicalname")?.args[0] ?? "off";
  const serverName = /^off$/i.test(canonical) ? address.host : undefined;
  const request = { address, uri, path, filename: uri, documentRoot, serverName, view };
  const isEnded = isEngineOn(all) && await runRules(own, uri, request);
  const sections = await applying(all, request, state);
  const inner = sections.flatMap(({ directives }) => directives);
  refuseTaken(ownFirst, inner, uri);
  // A link is followed as the folders above it say, as `ap_directory_walk` looks at each name.
  for (const link of await linksOn(toText(path), view)) {
    const names = link.split("/").length - 1;
    if (followsLinks(sections.filter(({ depth = Infinity }) => depth < names))) continue;
    const shown = JSON.stringify(link);
    const reason = `${shown} is a link, and Options do not let Apache follow it (403)`;
    throw new NoAnswer("denied", reason, "Add FollowSymLinks to Options above it, and reload it.");
  }
  checkAccess(sections, (name) => isSet(name, [...all, ...inner], request), trace);
  // The engine of the host is that of its folders, too, unless they have their own.
  if (!isEnded && isEngineOn([...all, ...inner])) {
    await runFolderRules(sections, { ...request, filename: path });
  }
  const handlers = all.filter(({ name }) => /^(?:set|add)handler$|^addtype$/.test(name));
  refuseHandlers([...handlers, ...inner], uri, address.scheme);
  const { file, line, args: [from = ""] } = by;
  const location = alias ? { file, line, match: toText(from) } : null;
  return { server: place, location, path, trace };
}

/** The path that `Alias` or `AliasMatch` gives a URI; undefined where it is not for it. */
function aliased(one: Directive, uri: string): string | undefined {
  const { name, args: [from = "", to = ""] } = one;
  if (name === "alias") {
    const rest = restBelow(from, uri);
    return rest === undefined ? undefined : to + rest;
  }
  if (name !== "aliasmatch") return undefined;
  const groups = matchOf(from, uri, one)?.groups;
  return groups && to.replace(/\$(\d)|\\(.)/g, (_, group, char) => char ?? groups[group] ?? "");
}
