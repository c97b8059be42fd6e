/** In which order the directives of a block apply. */
import { type Directive, unclear } from "../server.ts";
import { matcherSpecificity, splitMatcher } from "./matcher.ts";

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
