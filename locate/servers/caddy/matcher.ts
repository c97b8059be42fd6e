/** Which requests a directive is for, and in which order directives apply. */
import { wildcard } from "../../../core/util/wildcard.ts";
import type { WebAddress } from "../../result.ts";
import { allHold, anyHolds, forAll, nodeHeader, not } from "../node_request.ts";
import { matchOf } from "../pcre/mod.ts";
import { type Directive, unclear } from "../server.ts";

/** A request; its path decoded, as bytes. */
interface Asked {
  readonly address: WebAddress;
  readonly uri: string;
}

/**
 * The matcher of a directive, `/path*` or `@name`, and the words behind it; none for every request.
 * `root /srv` has none, which later versions of Caddy allow.
 */
export function splitMatcher(
  { name, args }: Directive,
): { readonly matcher?: string; readonly args: readonly string[] } {
  const [first = "", ...rest] = args;
  if (name === "try_files" || (args.length === 1 && /^(?:root|rewrite)$/.test(name))) {
    return { args };
  }
  if (first === "*") return { args: rest };
  return /^[/@]/.test(first) ? { matcher: first, args: rest } : { args };
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
  if (matcher === undefined) return true;
  if (!matcher.startsWith("@")) return matchesPath(matcher, asked.uri);
  const found = named.find(({ name }) => name === matcher);
  return found && all(conditionsOf(found), asked);
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
  const holds = (one: Directive) => CONDITIONS.get(one.name)?.(one, asked);
  return allHold([...groups.values()].map((group) => anyHolds(group.map(holds))));
}

type Condition = (one: Directive, asked: Asked) => boolean | undefined;

/** As Caddy's `MatchHost`: a `*` stands for one whole label. */
export function matchesHost(name: string, host: string): boolean {
  const asked = host.split(".");
  const labels = name.split(".");
  return labels.length === asked.length &&
    labels.every((label, i) => label === "*" || label === asked[i]);
}

/** Whether a condition holds, by its name. */
const CONDITIONS = new Map<string, Condition>(
  Object.entries(
    {
      path: ({ args }, { uri }) => args.some((path) => matchesPath(path, uri)),
      path_regexp: (one, { uri }) => matchOf(one.args.at(-1) ?? "", uri, one) !== undefined,
      method: ({ args }) => args.some((method) => /^get$/i.test(method)),
      host: ({ args }, { address }) =>
        args.some((host) => matchesHost(host.toLowerCase(), address.host)),
      protocol: ({ args: [scheme] }, { address }) => scheme === address.scheme,
      header({ args: [first = "", ...rest] }) {
        // `!NAME` holds where it is not sent; a `*` in a value stands for anything.
        const values = nodeHeader(first.replace(/^!/, ""));
        const sent = forAll(values, (value) => value !== "");
        if (first.startsWith("!")) return not(sent);
        if (sent !== true || rest.length === 0) return sent;
        return anyHolds(rest.map((value) => forAll(values, wildcard(value))));
      },
      header_regexp(one) {
        const [name = "", pattern = name] = one.args.slice(-2);
        return forAll(nodeHeader(name), (value) => matchOf(pattern, value, one) !== undefined);
      },
      query: (_, { address }) => address.query === "" ? false : undefined,
      file(one) {
        // The file asked for counts as there: it is going to be written.
        const { block = [] } = one;
        const files = [one, ...block].flatMap(({ args }) => args);
        const isPlain = block.every(({ name }) => name === "try_files");
        return isPlain && (files.length === 0 || files.includes("{path}")) || undefined;
      },
      not: (one, asked) => not(all(conditionsOf(one), asked)),
    } satisfies Record<string, Condition>,
  ),
);

/** In either case; a `*` at an end stands for anything, another one for what is not a slash. */
function matchesPath(path: string, uri: string): boolean {
  const inner = path.replace(/^\*|\*$/g, "").includes("*");
  return wildcard(path.toLowerCase(), inner ? { stop: "/" } : {})(uri.toLowerCase());
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
    if (/^(?:before|after)$/.test(where) && !rest.includes(other)) {
      throw unclear(one, "names a directive that is not known");
    }
    const beside = rest.indexOf(other) + (where === "after" ? 1 : 0);
    const at = where === "first" ? 0 : where === "last" ? rest.length : beside;
    order = rest.toSpliced(at, 0, moved);
  }
  return order;
}

const HARMLESS =
  /^(?:@.*|bind|copy_response_headers|encode|handle_errors|header|intercept|log|log_append|log_name|log_skip|map|push|request_body|request_header|skip_log|templates|tls|tracing|vars)$/;

/** The directives of a block that may decide: in a route as they stand, else in Caddy's order. */
export function deciding(
  { name, block = [] }: Directive,
  named: readonly Directive[],
  order: readonly string[],
): Directive[] {
  const directives = block.filter((one) => !HARMLESS.test(one.name));
  if (name === "route") return directives;
  const rank = (one: Directive) => order.indexOf(one.name.replace(/^handle_path$/, "handle"));
  return directives.sort((a, b) =>
    rank(a) - rank(b) || specificity(b, named) - specificity(a, named)
  );
}

/** The length of its one path, as Caddy sorts them; then whether there is any matcher. */
function specificity(one: Directive, named: readonly Directive[]): number {
  const { matcher } = splitMatcher(one);
  if (matcher === undefined) return 0;
  const found = named.find(({ name }) => name === matcher);
  const conditions = found === undefined ? [] : conditionsOf(found);
  const paths = matcher.startsWith("/")
    ? [matcher]
    : conditions.flatMap(({ name, args }) => name === "path" ? args : ["", ""]);
  const [path = ""] = paths;
  return paths.length === 1 ? path.replace(/\*$/, "").length + 1 : 0.5;
}
