/** Which requests a directive is for, and in which order directives apply. */
import { wildcard } from "../../../core/util/wildcard.ts";
import type { WebAddress } from "../../result.ts";
import { allHold, anyHolds, forAll, nodeHeader } from "../node_request.ts";
import { type Directive, groupsOf, unclear } from "../server.ts";

/** A request as matchers see it. */
export interface Asked {
  readonly address: WebAddress;
  /** Decoded, as bytes. */
  readonly uri: string;
}

/** The matcher of a directive, and the words behind it. */
export interface Matched {
  /** `/path*`, `*` or `@name`; absent for every request. */
  readonly matcher: string | undefined;
  readonly args: readonly string[];
}

/** A first word that begins with a slash, `@`, or is a `*`, is a matcher. */
export function splitMatcher({ args }: Pick<Directive, "args">): Matched {
  const [first = "", ...rest] = args;
  const isMatcher = first === "*" || /^[/@]/.test(first);
  return isMatcher ? { matcher: first, args: rest } : { matcher: undefined, args };
}

/**
 * Whether a directive is for a request; undefined where that cannot be told. `named` are the
 * definitions of matchers that it sees, the innermost first.
 */
export function isFor(
  matcher: string | undefined,
  named: readonly Directive[],
  asked: Asked,
): boolean | undefined {
  if (matcher === undefined || matcher === "*") return true;
  if (!matcher.startsWith("@")) return matchesPath(matcher, asked.uri);
  const found = named.find(({ name }) => name === matcher);
  return found === undefined ? undefined : all(conditionsOf(found), asked);
}

/** How specific: the length of its one path, as Caddy sorts them; then whether there is any. */
function matcherSpecificity(
  matcher: string | undefined,
  named: readonly Directive[],
): number {
  if (matcher === undefined || matcher === "*") return 0;
  if (matcher.startsWith("/")) return matcher.replace(/\*$/, "").length + 1;
  const found = named.find(({ name }) => name === matcher);
  const [only, ...others] = found === undefined ? [] : conditionsOf(found);
  const isPath = only?.name === "path" && only.args.length === 1 && others.length === 0;
  return isPath ? (only.args[0] ?? "").replace(/\*$/, "").length + 1 : 0.5;
}

/** `@name path /x`, or a block with one on each line. */
function conditionsOf(one: Directive): readonly Directive[] {
  const { args: [name, ...args], block } = one;
  return name === undefined ? block ?? [] : [{ ...one, name, args }];
}

/** Lines of one kind are one condition with the words of all; those of a header, for each header. */
function all(conditions: readonly Directive[], asked: Asked): boolean | undefined {
  const groups = Map.groupBy(conditions, (one) => {
    if (/^(?:path|method|host)$/.test(one.name)) return one.name;
    return one.name === "header" ? `header ${one.args[0]?.toLowerCase()}` : one;
  });
  const held = [...groups.values()].map((group) => anyHolds(group.map((one) => holds(one, asked))));
  return allHold(held);
}

function holds(one: Directive, asked: Asked): boolean | undefined {
  const { name, args, block = [] } = one;
  const [first = "", ...rest] = args;
  switch (name) {
    case "path":
      return args.some((path) => matchesPath(path, asked.uri));
    case "path_regexp":
      return groupsOf(args.at(-1) ?? "", asked.uri, one) !== undefined;
    case "method":
      return args.some((method) => /^get$/i.test(method));
    case "host":
      return args.some((host) => wildcard(host.toLowerCase(), { stop: "." })(asked.address.host));
    case "protocol":
      return first === asked.address.scheme;
    case "header":
      return headerHolds(first, rest);
    case "header_regexp":
      return forAll(
        nodeHeader(args.at(-2) ?? ""),
        (value) => groupsOf(args.at(-1) ?? "", value, one) !== undefined,
      );
    case "query":
      return asked.address.query === "" ? false : undefined;
    case "file": {
      // The file asked for counts as there: it is going to be written.
      const files = [one, ...block].flatMap(({ args }) => args);
      const isPlain = block.every(({ name }) => name === "try_files");
      return isPlain && (files.length === 0 || files.includes("{path}")) || undefined;
    }
    case "not": {
      const held = all(conditionsOf(one), asked);
      return held === undefined ? undefined : !held;
    }
    default:
      return undefined;
  }
}

/** `!NAME` holds where it is not sent; a `*` at the ends of a value stands for anything. */
function headerHolds(name: string, values: readonly string[]): boolean | undefined {
  const sent = forAll(nodeHeader(name.replace(/^!/, "")), (value) => value !== "");
  if (name.startsWith("!")) return sent === undefined ? undefined : !sent;
  if (sent !== true) return sent;
  return values.length === 0 || anyHolds(
    values.map((value) => forAll(nodeHeader(name), wildcard(value))),
  );
}

/** In either case; a `*` at the beginning or at the end stands for anything. */
function matchesPath(path: string, uri: string): boolean {
  const [pattern, subject] = [path.toLowerCase(), uri.toLowerCase()];
  const inner = pattern.replace(/^\*|\*$/g, "");
  if (inner.includes("*")) return wildcard(pattern, { stop: "/" })(subject);
  if (pattern.startsWith("*") && pattern.endsWith("*")) return subject.includes(inner);
  if (pattern.endsWith("*")) return subject.startsWith(inner);
  if (pattern.startsWith("*")) return subject.endsWith(inner);
  return subject === pattern;
}

/** Caddy's own, with those of later versions; `handle` and `handle_path` are one. */
const ORDER: readonly string[] =
  `tracing map vars fs root log_append skip_log log_skip log_name header copy_response_headers
request_body redir method rewrite uri try_files basicauth basic_auth forward_auth request_header
encode push intercept templates invoke handle route abort error copy_response respond metrics
reverse_proxy php_fastcgi file_server acme_server`.split(/\s/);

/** The order with what `order NAME first|last|before OTHER|after OTHER` among the options changes. */
export function orderOf(options: readonly Directive[]): readonly string[] {
  let order = ORDER;
  for (const one of options.filter(({ name }) => name === "order")) {
    const [moved = "", where = "", other = ""] = one.args;
    const rest = order.filter((name) => name !== moved);
    const at = where === "first"
      ? 0
      : where === "last"
      ? rest.length
      : rest.indexOf(other) + (where === "after" ? 1 : 0);
    if (/^(?:before|after)$/.test(where) && !rest.includes(other)) {
      throw unclear(`order ${one.args.join(" ")}`, one, "names a directive that is not known");
    }
    order = rest.toSpliced(at, 0, moved);
  }
  return order;
}

/** A block's directives: by their order, then the more specific ones first. */
export function sorted(
  block: readonly Directive[],
  named: readonly Directive[],
  order: readonly string[],
): Directive[] {
  const rank = ({ name }: Directive) => order.indexOf(name === "handle_path" ? "handle" : name);
  const special = (one: Directive) => matcherSpecificity(splitMatcher(one).matcher, named);
  return block.filter((one) => !isHarmless(one))
    .sort((a, b) => rank(a) - rank(b) || special(b) - special(a));
}

/** Those that leave it to others what answers. */
const HARMLESS =
  /^(?:@.*|bind|copy_response_headers|encode|handle_errors|header|intercept|log|log_append|log_name|log_skip|map|push|request_body|request_header|skip_log|templates|tls|tracing|vars)$/;

/** Whether a directive is known to leave it to others what answers. */
export function isHarmless({ name }: Directive): boolean {
  return HARMLESS.test(name);
}
