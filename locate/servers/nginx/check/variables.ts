/** Variables in a configuration: how they are written, which there are, which nobody has given. */
import { toText } from "../../../bytes.ts";
import type { Directive } from "../directive.ts";
import type { Block, Refuse } from "./block.ts";
import { commandFor } from "./commands.ts";

/** Directives whose words hold variables; of others a `$` means nothing, or an expression's end. */
const WITH_VARIABLES = new Set([
  "root",
  "alias",
  "try_files",
  "return",
  "set",
  "error_page",
  "index",
  "auth_basic",
  "add_header",
  "proxy_pass",
  "fastcgi_pass",
  "proxy_set_header",
  "fastcgi_param",
]);

/** Variables that nginx gives: of these the case of letters does not matter. */
const BUILT_IN =
  /^(?:(?:document_|request_)?uri|args|query_string|is_args|scheme|host|hostname|document_root|realpath_root|request(?:_\w+)?|(?:server|remote|http|arg|cookie|sent|ssl|upstream|proxy|time|tcpinfo|connection|content)_\w+|https|status|pid|msec)$/;

/** What a template's variable is made of; those of modules are in lower case. */
const OF_ENVIRONMENT = /\$\{?([A-Z][A-Z0-9_]*)\b/g;

/** Why nginx cannot compile the variables of a directive, as `ngx_http_script_compile` says it. */
export function templateMistake(directive: Directive): string | undefined {
  if (!directive.args.some((word) => word.includes("$"))) return undefined;
  for (const text of compiled(directive)) {
    if (!text.includes("$")) continue;
    for (const [whole, name, closed] of text.matchAll(/\$(?:[1-9]|\{(\w*)(\}?)|\w+)?/g)) {
      if (whole === "$" || whole === "${" || whole === "${}") return "invalid variable name";
      if (closed === "") return `the closing bracket in "${name}" variable is missing`;
    }
  }
  return undefined;
}

/** The words of a directive in which variables mean something. */
function compiled({ name, args }: Directive): readonly string[] {
  if (name === "rewrite" || name === "set") return args.slice(1, 2);
  if (name !== "if") return WITH_VARIABLES.has(name) ? args : [];
  return args.some((word) => word.includes("~")) ? [] : args.slice(1);
}

/** The hint for what nobody has put values into. */
export const TEMPLATE_HINT =
  "It looks like a template whose values were never put in: render it first (envsubst), or give what nginx -T prints on the server.";

/** Whether a text has what templates have: `${PORT}`, `{{ port }}`, `{% if %}`, `<% %>`. */
export function looksLikeTemplate(text: string): boolean {
  return /\$\{[A-Z]|\{\{|\{%|<%/.test(text);
}

/** Notes the variables that a directive makes, and those of an environment that it uses. */
export function noteVariables(directive: Directive, { whole }: Block, refuse: Refuse): void {
  const { name, args } = directive;
  const isMaker = MAKERS.has(name) || commandFor(name) === undefined;
  let hasVariable = false;
  for (const word of args) {
    hasVariable ||= word.includes("$");
    if (isMaker && word.startsWith("$")) whole.variables.add(word.slice(1).toLowerCase());
    if (!word.includes("(?")) continue;
    for (const [, group = ""] of word.matchAll(/\(\?P?[<'](\w+)[>']/g)) {
      whole.variables.add(group.toLowerCase());
    }
  }
  for (const variable of hasVariable ? unsure(directive) : []) {
    whole.late.push(() =>
      whole.variables.has(variable)
        ? undefined
        : refuse(`unknown "${toText(variable)}" variable`, TEMPLATE_HINT)
    );
  }
}

/** Variables that are there only where the configuration makes them, in lower case. */
function unsure(directive: Directive): string[] {
  const used = compiled(directive)
    .flatMap((word) => [...word.matchAll(OF_ENVIRONMENT)].map(([, variable = ""]) => variable));
  if (directive.name === "if") {
    const subject = directive.args.find((word) => word !== "(")?.replace(/^\(|\)$/g, "") ?? "";
    if (/^\$(?:[A-Z]|.*\W)/s.test(subject)) used.push(subject.slice(1));
  }
  return used.map((variable) => variable.toLowerCase()).filter((one) => !BUILT_IN.test(one));
}

const MAKERS = new Set([
  "set",
  "map",
  "geo",
  "split_clients",
  "auth_request_set",
  "perl_set",
]);
