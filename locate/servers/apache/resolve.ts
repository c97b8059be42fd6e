/** From a URL to the path that Apache httpd opens for it. */
import type { Resolved } from "../../base_url.ts";
import { toBytes, toText } from "../../bytes.ts";
import type { Place } from "../../config_text.ts";
import type { FileView } from "../../file_view.ts";
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
import { GIVE_ROOT, groupsOf } from "../server.ts";
import { type Directive, last, quoted } from "./directive.ts";
import { refuseHandlers, refuseTaken, restBelow } from "./obstacles.ts";
import { applying, overrideFile } from "./sections.ts";
import { chooseHost } from "./virtual_host.ts";

/** A configuration that was read. */
export interface ApacheConfiguration {
  readonly main: readonly Directive[];
  /** Where relative paths begin; without a slash at its end. */
  readonly serverRoot: string;
  readonly view: FileView;
}

/** Follows a GET: host, what takes it away, `Alias` or `DocumentRoot`, sections. */
export async function resolve(
  { main, serverRoot, view }: ApacheConfiguration,
  address: WebAddress,
): Promise<Resolved> {
  const trace = newTrace();
  const { own, place } = chooseHost(main, address, trace);
  const uri = uriOf(address);
  const lists = own === main ? [main] : [own, main];
  refuseTaken(lists, uri);
  const { path, location } = mapped(lists, uri, serverRoot, trace);
  const sections = applying(main, own, { uri, path });
  refuseHandlers(sections);
  checkAccess(sections, trace);
  await warnOfOverrides(overrideFile(sections), path, view, trace);
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
  return { path: below(serverRoot, (root.args[0] ?? "").replace(/\/$/, "")) + uri, location: null };
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

/** `.htaccess` in a folder above the file has the last word, where it may. */
async function warnOfOverrides(
  allowed: string | undefined,
  path: string,
  view: FileView,
  trace: Trace,
): Promise<void> {
  if (allowed === undefined) return;
  const parts = toText(path).split("/").slice(0, -1);
  for (const [i] of parts.entries()) {
    const file = `${parts.slice(0, i + 1).join("/")}/.htaccess`;
    if (await view.kind(file) !== "file") continue;
    noteWarning(trace, {
      code: "htaccess",
      message: `${JSON.stringify(file)} is not read, and may send requests elsewhere: ${allowed}`,
      hint: "Prove the mapping by an import with --url.",
    });
  }
}

/** `User` and `Group`, as far as they are names. */
export function userOf(main: readonly Directive[]): string | undefined {
  const name = (directive: (Directive & Place) | undefined) => directive?.args[0];
  const [user, group] = [name(last(main, "user")), name(last(main, "group"))];
  if (user === undefined || /[#$]/.test(user)) return undefined;
  return group === undefined || /[#$]/.test(group) ? toText(user) : toText(`${user}:${group}`);
}

const RULES = /^(?:require|requireany|requireall|requirenone|order|allow|deny)$/;

/** Throws {@linkcode NoAnswer} where everybody is refused; warns where some are. */
function checkAccess(sections: readonly (readonly Directive[])[], trace: Trace): void {
  // AuthMerging is off by default: the last section that has any rule is the one that counts.
  const rules = sections.map((section) => section.filter(({ name }) => RULES.test(name)))
    .findLast((some) => some.length > 0) ?? [];
  const [first] = rules;
  if (first === undefined || rules.some(letsAllIn)) return;
  if (rules.some(keepsAllOut)) {
    throw new NoAnswer(
      "denied",
      `${quoted(rules.find(keepsAllOut) ?? first)} refuses everybody`,
      "Let everybody read there (Require all granted), and reload the server.",
    );
  }
  const check = rules.find(({ name, args: [kind = ""] }) =>
    name === "require" && /^(?:valid-user|user|group|ldap|dbm|file-)/.test(kind)
  );
  noteWarning(trace, {
    code: check === undefined ? "access" : "auth",
    message: check === undefined
      ? `Not everybody may fetch it: ${quoted(first)}`
      : `${quoted(check)} may ask nodes for credentials, which they do not have`,
    hint: "Let everybody read there (Require all granted), and reload the server.",
  });
}

function letsAllIn({ name, args }: Directive): boolean {
  const words = args.join(" ").toLowerCase();
  return (name === "require" && words === "all granted") ||
    (name === "allow" && words === "from all");
}

function keepsAllOut({ name, args }: Directive): boolean {
  const words = args.join(" ").toLowerCase();
  return (name === "require" && words === "all denied") ||
    (name === "deny" && words === "from all");
}
