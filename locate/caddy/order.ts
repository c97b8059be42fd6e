/** In which order the directives of a block apply. */
import { specificity, splitMatcher } from "./matcher.ts";
import type { Directive } from "./read.ts";

/** Those that decide what answers, in Caddy's order; `handle` and `handle_path` are one. */
const ORDER = [
  "root",
  "redir",
  "method",
  "rewrite",
  "uri",
  "try_files",
  "basicauth",
  "basic_auth",
  "forward_auth",
  "invoke",
  "handle",
  "route",
  "abort",
  "error",
  "copy_response",
  "respond",
  "metrics",
  "reverse_proxy",
  "php_fastcgi",
  "file_server",
  "acme_server",
];

/** Those that leave it to others what answers. */
const HARMLESS = new Set([
  "bind",
  "copy_response_headers",
  "encode",
  "handle_errors",
  "header",
  "intercept",
  "log",
  "log_append",
  "log_name",
  "log_skip",
  "map",
  "push",
  "request_body",
  "request_header",
  "skip_log",
  "templates",
  "tls",
  "tracing",
  "vars",
]);

/** Whether a directive is known to leave it to others what answers. */
export function isHarmless({ name }: Directive): boolean {
  return name.startsWith("@") || HARMLESS.has(name);
}

/** The others, sorted: by Caddy's order, then the more specific ones first. */
export function sorted(block: readonly Directive[]): Directive[] {
  const rank = ({ name }: Directive) => ORDER.indexOf(name === "handle_path" ? "handle" : name);
  const special = (one: Directive) => specificity(splitMatcher(one).matcher, block);
  return block.filter((one) => !isHarmless(one))
    .sort((a, b) => rank(a) - rank(b) || special(b) - special(a));
}
