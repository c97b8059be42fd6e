/** What answers instead of files. */
import { toText } from "../../bytes.ts";
import { NoAnswer } from "../../result.ts";
import { GIVE_ROOT, groupsOf, unclear } from "../server.ts";
import { type Directive, last, quoted } from "./directive.ts";

/** What `Redirect` calls its status, where it stands before the path. */
const STATUS = /^(?:\d{3}|permanent|temp|seeother|gone)$/;

/**
 * Throws {@linkcode NoAnswer} where a directive of the host, or of the server around it, takes a URI
 * away from files.
 */
export function refuseTaken(lists: readonly (readonly Directive[])[], uri: string): void {
  for (const directives of lists) refuseRewrites(directives, uri);
  const all = lists.flat();
  const proxied = all.find((one) => one.name.startsWith("proxypass") && takes(one, uri));
  const taken = all.find((one) => !one.name.startsWith("proxypass") && takes(one, uri));
  // `ProxyPass /files !` takes a path out of those behind it.
  if (proxied !== undefined && proxied.args[1] !== "!") throw instead(proxied);
  if (taken !== undefined) throw instead(taken);
  const dynamic = all.find(({ name }) => /^virtual(?:documentroot|scriptalias)/.test(name));
  if (dynamic !== undefined) throw unclear(toText(dynamic.text), dynamic, "depends on the request");
  const inherits = last(lists[0] ?? [], "rewriteoptions");
  if (inherits !== undefined && /inherit/i.test(inherits.args.join(" "))) {
    throw unclear(toText(inherits.text), inherits, "is not followed");
  }
}

function instead(one: Directive): NoAnswer {
  const redirects = one.name.startsWith("redirect");
  return new NoAnswer(
    redirects ? "return" : "handler",
    `${quoted(one)} answers instead of files`,
    redirects ? "Give a URL that is not redirected." : GIVE_ROOT,
  );
}

/** What is left of a URI behind a path of the configuration; undefined where it is no part of it. */
export function restBelow(path: string, uri: string): string | undefined {
  const plain = path.replace(/\/{2,}/g, "/");
  if (!uri.startsWith(plain)) return undefined;
  const rest = uri.slice(plain.length);
  return plain.endsWith("/") || rest === "" || rest.startsWith("/") ? rest : undefined;
}

function takes(one: Directive, uri: string): boolean {
  const { name, args } = one;
  const [path = ""] = STATUS.test(args[0] ?? "") ? args.slice(1) : args;
  switch (name) {
    case "redirect":
    case "redirectpermanent":
    case "redirecttemp":
    case "proxypass":
    case "scriptalias":
    case "wsgiscriptalias":
      return restBelow(path, uri) !== undefined;
    case "redirectmatch":
    case "proxypassmatch":
    case "scriptaliasmatch":
    case "wsgiscriptaliasmatch":
      return groupsOf(path, uri, one) !== undefined;
    case "jkmount":
      return path.endsWith("*") ? uri.startsWith(path.slice(0, -1)) : uri === path;
    default:
      return false;
  }
}

/** The file asked for; outside of sections, `REQUEST_FILENAME` alone is still the URI. */
const FILE = /^%\{DOCUMENT_ROOT\}\/?%\{REQUEST_(?:URI|FILENAME)\}$/;

/** A rule whose expression matches is not followed, but for one that asks that no file be there. */
function refuseRewrites(directives: readonly Directive[], uri: string): void {
  const engine = last(directives, "rewriteengine");
  if (!/^on$/i.test(engine?.args[0] ?? "")) return;
  let onlyMissing = false;
  for (const one of directives) {
    if (one.name === "rewritecond") {
      const [subject = "", pattern, flags = ""] = one.args;
      onlyMissing ||= FILE.test(subject) && pattern === "!-f" && !/OR/i.test(flags);
    }
    if (one.name !== "rewriterule") continue;
    const [pattern = "", target = "", flags = ""] = one.args;
    const negated = pattern.startsWith("!");
    const matched = groupsOf(pattern.replace(/^!/, ""), uri, one) !== undefined;
    const harmless = target === "-" && !/[[,](?:F|G|R|H)\b/i.test(flags);
    if (matched !== negated && !onlyMissing && !harmless) throw rewritten(one);
    onlyMissing = false;
  }
}

function rewritten(one: Directive): NoAnswer {
  return new NoAnswer(
    "rewrite",
    `${quoted(one)} may turn the request into another one`,
    GIVE_ROOT,
  );
}

/** Throws {@linkcode NoAnswer} where a section that applies hands requests to something else. */
export function refuseHandlers(sections: readonly (readonly Directive[])[]): void {
  for (const section of sections) {
    const rewrites = /^on$/i.test(last(section, "rewriteengine")?.args[0] ?? "");
    const found = section.find(({ name, args: [value = ""] }) =>
      (name === "sethandler" && !/^(?:none|default-handler)$/i.test(value)) ||
      (/^(?:redirect|alias|proxypass|scriptalias)/.test(name) && value !== "!") ||
      (name === "rewriterule" && rewrites)
    );
    if (found !== undefined) throw instead(found);
  }
}
