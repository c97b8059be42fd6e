/**
 * From a URL to the path that Apache httpd opens for it.
 *
 * Who may fetch: `Require` of 2.4, and `Order`, `Allow` and `Deny` of before, which is still there.
 */
import type { Resolved } from "../../base_url.ts";
import { toBytes, toText } from "../../bytes.ts";
import type { Place } from "../../config_text.ts";
import {
  type LocationPlace,
  newTrace,
  NoAnswer,
  noteStep,
  noteWarning,
  type Trace,
  type WebAddress,
} from "../../result.ts";
import { decodeUri } from "../nginx/mod.ts";
import { GIVE_ROOT, groupsOf, unclear } from "../server.ts";
import { type Directive, last, quoted } from "./directive.ts";
import { refuseHandlers, refuseTaken, restBelow } from "./obstacles.ts";
import { overridesIn } from "./overrides.ts";
import { checkRewrites, type RewriteRequest } from "./rewrite.ts";
import { applying, lastIn, optionsOf, type ReadingState, type Section } from "./sections.ts";
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
  const uri = uriOf(address);
  const lists = own === main ? [main] : [own, main];
  const { path, location } = mapped(lists, uri, serverRoot, trace);
  const documentRoot = documentRootOf(lists, serverRoot) ?? "";
  const request = { address, uri, path, filename: uri, documentRoot, view };
  const ended = await checkRewrites(rulesOf(lists), uri, request);
  refuseTaken(lists, uri);
  const sections = await applying(main, own, { uri, path }, overridesIn(lists, state));
  checkAccess(sections, trace);
  if (!ended) await checkFolderRewrites(sections, { ...request, filename: path });
  const handlers = lists.toReversed().map((directives) => ({
    directives: directives.filter(({ name }) => /^(?:set|add)handler$|^addtype$/.test(name)),
    folder: "",
  }));
  refuseHandlers([...handlers, ...sections], uri, address);
  return { server: place, location, path, trace };
}

function uriOf({ path }: WebAddress): string {
  const uri = /%2f/i.test(path) ? undefined : decodeUri(path, true);
  if (uri !== undefined) return uri;
  throw new NoAnswer(
    "bad-request",
    `Apache httpd refuses the path ${JSON.stringify(path)}`,
    "Look for a wrong %, a %2f, or a .. too many.",
  );
}

/** The host's aliases come before those of the server around it; the first that matches counts. */
function mapped(
  lists: readonly (readonly Directive[])[],
  uri: string,
  serverRoot: string,
  trace: Trace,
): { readonly path: string; readonly location: LocationPlace | null } {
  for (const one of lists.flat()) {
    const path = aliased(one, uri);
    if (path === undefined) continue;
    noteStep(trace, toText(one.text), one);
    const { file, line, args: [name = ""] } = one;
    return { path: below(serverRoot, path), location: { file, line, match: toText(name) } };
  }
  const root = lists.map((list) => last(list, "documentroot")).find((one) => one !== undefined);
  if (root === undefined) {
    throw new NoAnswer(
      "unclear",
      "no DocumentRoot is given, and the default is not known",
      GIVE_ROOT,
    );
  }
  noteStep(trace, toText(root.text), root);
  return { path: documentRootOf(lists, serverRoot) + uri, location: null };
}

function documentRootOf(
  lists: readonly (readonly Directive[])[],
  serverRoot: string,
): string | undefined {
  const root = lists.map((list) => last(list, "documentroot")).find((one) => one !== undefined);
  return root && below(serverRoot, (root.args[0] ?? "").replace(/\/$/, ""));
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
  const options = last(own, "rewriteoptions");
  if (options !== undefined && /(?<!ignore)inherit/i.test(options.args.join(" "))) {
    throw unclear(toText(options.text), options, "is not followed");
  }
  return isOn(lists.toReversed().flat()) ? own : [];
}

function isOn(directives: readonly Directive[]): boolean {
  return /^on$/i.test(last(directives, "rewriteengine")?.args[0] ?? "");
}

/** As the rules of a host; in folders, the last section that has any counts, and sees what is left. */
async function checkFolderRewrites(
  sections: readonly Section[],
  request: RewriteRequest,
): Promise<void> {
  const found = sections.findLast(({ directives }) =>
    directives.some(({ name }) => name.startsWith("rewrite"))
  );
  if (found === undefined || !isOn(sections.flatMap(({ directives }) => directives))) return;
  const { directives, folder } = found;
  const inherits = last(directives, "rewriteoptions");
  if (inherits !== undefined && /(?<!ignore)inherit/i.test(inherits.args.join(" "))) {
    throw unclear(toText(inherits.text), inherits, "is not followed");
  }
  const options = optionsOf(sections);
  if (!options.has("followsymlinks") && !options.has("symlinksifownermatch")) {
    const rule = directives.find(({ name }) => name === "rewriteengine") ?? directives[0];
    throw new NoAnswer(
      "denied",
      `${rule && quoted(rule)} needs Options FollowSymLinks: Apache httpd answers 403`,
      "Add FollowSymLinks to Options there, and reload the server.",
    );
  }
  const { path } = request;
  const above = folder.replace(/\/?$/, "/");
  await checkRewrites(
    directives,
    path.startsWith(above) ? path.slice(above.length) : path,
    request,
  );
}

/** `User` and `Group`, as far as they are names. */
export function userOf(main: readonly Directive[]): string | undefined {
  const name = (directive: (Directive & Place) | undefined) => directive?.args[0];
  const [user, group] = [name(last(main, "user")), name(last(main, "group"))];
  if (user === undefined || /[#$]/.test(user)) return undefined;
  return group === undefined || /[#$]/.test(group) ? toText(user) : toText(`${user}:${group}`);
}

/** What a rule says of a node; `maybe` of what depends on its address or on credentials. */
type Verdict = "granted" | "denied" | "neutral" | "maybe";

const REQUIRE = /^require(?:any|all|none)?$/;
const COMPATIBLE = /^(?:order|allow|deny|satisfy)$/;

/** Throws {@linkcode NoAnswer} where everybody is refused; warns where some are. */
function checkAccess(sections: readonly Section[], trace: Trace): void {
  const [required, listed] = [byRequire(sections), byLists(sections)];
  const both = [required, listed];
  const satisfy = lastIn(sections, "satisfy")?.args[0] ?? "all";
  // `Satisfy Any` counts only where credentials could be asked for.
  const isAny = /^any$/i.test(satisfy) && required.rules.length > 0;
  const verdict = isAny ? anyOf(both.map(({ verdict }) => verdict)) : worst(both);
  if (verdict === "granted") return;
  const rules = both.filter((one) => one.verdict !== "granted").flatMap((one) => one.rules);
  const [first] = rules;
  if (first === undefined) return;
  const hint = "Let everybody read there (Require all granted), and reload the server.";
  if (verdict === "denied") {
    const denying = rules.find((one) => verdictOf(one) === "denied" || one.name === "deny") ??
      first;
    throw new NoAnswer("denied", `${quoted(denying)} refuses everybody`, hint);
  }
  const check = rules.find(asksForCredentials);
  noteWarning(trace, {
    code: check === undefined ? "access" : "auth",
    message: check === undefined
      ? `Not everybody may fetch it: ${quoted(first)}`
      : `${quoted(check)} may ask nodes for credentials, which they do not have`,
    hint,
  });
}

interface Judged {
  readonly verdict: Verdict;
  readonly rules: readonly Directive[];
}

function worst(judged: readonly Judged[]): Verdict {
  const verdicts = judged.map(({ verdict }) => verdict);
  return verdicts.find((one) => one === "denied") ?? verdicts.find((one) => one === "maybe") ??
    "granted";
}

/** `AuthMerging` is off by default: the last section that has any rule is the one that counts. */
function byRequire(sections: readonly Section[]): Judged {
  let judged: Judged = { verdict: "granted", rules: [] };
  for (const { directives } of sections) {
    const own = directives.filter(({ name }) => REQUIRE.test(name));
    if (own.length === 0) continue;
    const verdict = anyOf(own.map(verdictOf));
    const merging = directives.findLast(({ name }) => name === "authmerging")?.args[0] ?? "off";
    const rules = [...judged.rules, ...own];
    if (judged.rules.length === 0 || /^off$/i.test(merging)) judged = { verdict, rules: own };
    else {
      const merge = /^and$/i.test(merging) ? allOf : anyOf;
      judged = { verdict: merge([judged.verdict, verdict]), rules };
    }
  }
  return judged.verdict === "neutral" ? { ...judged, verdict: "denied" } : judged;
}

function verdictOf({ name, args, block = [] }: Directive): Verdict {
  if (name === "require") return ofProvider(args);
  const inner = block.filter((one) => REQUIRE.test(one.name)).map(verdictOf);
  if (name === "requireall") return allOf(inner);
  if (name === "requireany") return anyOf(inner);
  return negated(anyOf(inner));
}

function ofProvider([kind = "", ...rest]: readonly string[]): Verdict {
  const values = rest.map((value) => value.toLowerCase());
  switch (kind.toLowerCase()) {
    case "not":
      return negated(ofProvider(rest));
    case "all":
      return values[0] === "granted" ? "granted" : "denied";
    case "method":
      return values.includes("get") ? "granted" : "denied";
    default:
      return "maybe";
  }
}

function negated(verdict: Verdict): Verdict {
  return verdict === "granted" ? "denied" : verdict === "maybe" ? "maybe" : "neutral";
}

function anyOf(verdicts: readonly Verdict[]): Verdict {
  return (["granted", "maybe", "denied"] as const).find((one) => verdicts.includes(one)) ??
    "neutral";
}

function allOf(verdicts: readonly Verdict[]): Verdict {
  return (["denied", "maybe", "granted"] as const).find((one) => verdicts.includes(one)) ??
    "neutral";
}

/** mod_access_compat merges nothing: the last section with any of them counts, with its defaults. */
function byLists(sections: readonly Section[]): Judged {
  const rules =
    sections.map(({ directives }) => directives.filter(({ name }) => COMPATIBLE.test(name)))
      .findLast((some) => some.length > 0) ?? [];
  const allow = matching(rules, "allow");
  const deny = matching(rules, "deny");
  const order = rules.findLast(({ name }) => name === "order")?.args.join("").toLowerCase();
  const verdict = order === "allow,deny" || order === "mutual-failure"
    ? allOf([allow, negatedList(deny)])
    : anyOf([allow, negatedList(deny)]);
  return { verdict: rules.length === 0 ? "granted" : verdict, rules };
}

/** Whether a list is for a node: `granted` where it is for all. */
function matching(rules: readonly Directive[], name: string): Verdict {
  const words = rules.filter((one) => one.name === name).flatMap(({ args }) => args.slice(1))
    .map((word) => word.toLowerCase());
  return words.includes("all") ? "granted" : words.length > 0 ? "maybe" : "denied";
}

function negatedList(verdict: Verdict): Verdict {
  return verdict === "granted" ? "denied" : verdict === "denied" ? "granted" : verdict;
}

function asksForCredentials({ name, args: [kind = ""], block = [] }: Directive): boolean {
  return block.some(asksForCredentials) ||
    (name === "require" && /^(?:valid-user|user|group|ldap|dbm|file-)/.test(kind));
}
