/** Variables in a configuration: how they are written, which there are, which nobody has given. */
import { toText } from "../../../bytes.ts";
import { conditionOf } from "../directive.ts";
import type { Found } from "./block.ts";

/** Directives whose words hold variables; of others a `$` means nothing, or an expression's end. */
const WITH_VARIABLES =
  /^(?:root|alias|try_files|return|set|error_page|index|auth_basic(?:_user_file)?|access_log|disable_symlinks|add_header|secure_link(?:_md5)?|proxy_pass|fastcgi_pass|proxy_set_header|fastcgi_param)$/;

/** Directives whose first or last word is a variable that they make. */
const MAKERS = new Set(["set", "map", "geo", "split_clients", "auth_request_set", "perl_set"]);

/** Variables that nginx gives: of these the case of letters does not matter. */
const BUILT_IN =
  /^(?:(?:document_|request_)?uri|args|query_string|is_args|scheme|host|hostname|document_root|realpath_root|request(?:_\w+)?|(?:server|remote|http|arg|cookie|sent|ssl|upstream|proxy|time|tcpinfo|connection|content)_\w+|https|status|pid|msec)$/;

/** A `$` that no name in small letters follows, or a bracket that is not closed. */
const ODD = /\$(?!\{?[0-9a-z_])|\$\{\w*(?![\w}])/;

/** The hint for what nobody has put values into. */
export const TEMPLATE_HINT =
  "It looks like a template whose values were never put in: render it first (envsubst), or give what nginx -T prints on the server.";

/** Whether a text has what templates have: `${PORT}`, `{{ port }}`, `{% if %}`, `<% %>`. */
export function looksLikeTemplate(text: string): boolean {
  return /\$\{[A-Z]|\{\{|\{%|<%/.test(text);
}

/**
 * Why nginx cannot compile the variables of a directive, as `ngx_http_script_compile` says it. Notes
 * those that it makes, and those of an environment that it uses.
 *
 * @param isOwn whether the directive is one of nginx's own modules: others may make any variable
 */
export function variableMistake(found: Found, isOwn: boolean): string | undefined {
  const { directive, block: { whole }, isPlain } = found;
  if (isPlain) return undefined;
  const { name, args } = directive;
  const isMaker = !isOwn || MAKERS.has(name);
  let isOdd = false;
  for (const word of args) {
    isOdd ||= word.includes("$") && ODD.test(word);
    if (isMaker && word.startsWith("$")) whole.variables.add(word.slice(1).toLowerCase());
    if (!word.includes("(?")) continue;
    for (const [, group = ""] of word.matchAll(/\(\?P?[<'](\w+)[>']/g)) {
      whole.variables.add(group.toLowerCase());
    }
  }
  const [subject = ""] = name === "if" ? conditionOf(directive) : [];
  if (/^\$(?:[A-Z]|.*\W)/s.test(subject)) noteUse(subject.slice(1), found);
  for (const text of isOdd ? compiled(found) : []) {
    for (const [use, braced, closed] of text.matchAll(/\$(?:[1-9]|\{(\w*)(\}?)|\w+)?/g)) {
      if (use === "$" || use === "${" || use === "${}") return "invalid variable name";
      if (closed === "") return `the closing bracket in "${braced}" variable is missing`;
      if (/^[A-Z][A-Z0-9_]*$/.test(braced ?? use.slice(1))) noteUse(braced ?? use.slice(1), found);
    }
  }
  return undefined;
}

/** The words of a directive in which variables mean something. */
function compiled({ directive: { name, args }, block }: Found): readonly string[] {
  if (block.context === "m") return args;
  if (name === "map") return args.slice(0, 1);
  if (name === "rewrite" || name === "set") return args.slice(1, 2);
  if (name !== "if") return WITH_VARIABLES.test(name) ? args : [];
  return args.some((word) => word.includes("~")) ? [] : args.slice(1);
}

/** Variables may be made behind their use: only at the end it is known which there are. */
function noteUse(variable: string, found: Found): void {
  const { variables, late } = found.block.whole;
  const name = variable.toLowerCase();
  if (BUILT_IN.test(name)) return;
  const mistake = () => variables.has(name) ? undefined : `unknown "${toText(name)}" variable`;
  late.push({ found, mistake, hint: TEMPLATE_HINT });
}
