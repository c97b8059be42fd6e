/** Variables in a configuration: how they are written, which there are, which nobody has given. */
import { toText } from "../../../bytes.ts";
import { conditionOf } from "../directive.ts";
import type { Found } from "./block.ts";

/** Directives whose words hold variables; of others a `$` means nothing, or an expression's end. */
const WITH_VARIABLES =
  /^(?:root|alias|try_files|return|error_page|index|auth_basic(?:_user_file)?|access_log|log_format|charset|hash|sub_filter|limit_rate|limit_(?:req|conn)_zone|disable_symlinks|add_header|expires|secure_link(?:_md5)?|split_clients|(?:proxy|fastcgi|uwsgi|scgi|grpc)_(?:pass|set_header|param|cache_key))$/;

/** Directives whose first or last word is a variable that they make. */
const MAKERS = new Set(["set", "map", "geo", "split_clients", "auth_request_set", "perl_set"]);

/** Variables that nginx's own modules give, those of older versions included. */
const BUILT_IN = new Set(
  `ancient_browser args binary_remote_addr body_bytes_sent bytes_sent connection
  connection_requests connection_time connections_active connections_reading connections_waiting
  connections_writing content_length content_type date_gmt date_local document_root document_uri
  fastcgi_path_info fastcgi_script_name gzip_ratio host hostname http2 http3 https invalid_referer
  is_args is_request_port limit_conn_status limit_rate limit_req_status modern_browser msec msie
  nginx_version pid pipe proxy_host proxy_port query_string realip_remote_addr realip_remote_port
  realpath_root
  remote_addr remote_port remote_user request request_body request_body_file request_completion
  request_filename request_id request_length request_method request_port request_time request_uri
  scheme secure_link secure_link_expires server_addr server_name server_port server_protocol
  slice_range spdy spdy_request_priority status tcpinfo_rcv_space tcpinfo_rtt tcpinfo_rttvar
  tcpinfo_snd_cwnd time_iso8601 time_local uid_got uid_reset uid_set uri`.split(/\s+/),
);

/** Families of variables; of those that depend on how nginx was built any name is taken. */
const FAMILY =
  /^(?:angie|arg|cookie|geoip|http|proxy_(?:add|internal|protocol)|sent_http|sent_trailer|ssl|upstream)_/;

/** The hint for what nobody has put values into. */
export const TEMPLATE_HINT =
  "It looks like a template whose values were never put in: render it first (envsubst), or give what nginx -T prints on the server.";

/** As `ngx_http_script_compile`. Directives of other modules (not `isOwn`) make any variable. */
export function variableMistake(found: Found, isOwn: boolean): string | undefined {
  const { directive, directive: { name, args }, block: { whole }, isPlain } = found;
  whole.isForeign ||= !isOwn || name === "load_module";
  if (isPlain) return undefined;
  const isMaker = !isOwn || MAKERS.has(name);
  for (const word of [name, ...args]) {
    if (isMaker && word.startsWith("$")) whole.made.add(word.toLowerCase());
    if (!word.includes("(?")) continue;
    for (const [, group = ""] of word.matchAll(/\(\?P?[<'](\w+)[>']/g)) {
      whole.made.add(`$${group.toLowerCase()}`);
    }
  }
  const [subject = ""] = name === "if" ? conditionOf(directive) : [];
  if (subject.startsWith("$")) noteUse(subject.slice(1), found);
  for (const text of compiledWords(found)) {
    if (BUILT_IN.has(text.slice(1))) continue; // most often
    for (const [use, braced, closed] of text.matchAll(/\$(?:[1-9]|\{(\w*)(\}?)|\w+)?/g)) {
      if (use === "$" || use === "${" || use === "${}") return "invalid variable name";
      if (closed === "") return `the closing bracket in "${braced}" variable is missing`;
      if (!/^\$[1-9]$/.test(use)) noteUse(braced ?? use.slice(1), found);
    }
  }
  return undefined;
}

function compiledWords({ directive: { name, args }, block }: Found): readonly string[] {
  if (block.context === "m") return args;
  if (name === "map") return args.slice(0, 1);
  if (name === "rewrite" || name === "set") return args.slice(1, 2);
  if (name !== "if") return WITH_VARIABLES.test(name) ? args : [];
  return args.some((word) => word.includes("~")) ? [] : args.slice(1);
}

/** Variables may be made behind their use, or by other modules: but hardly any in capitals. */
function noteUse(variable: string, found: Found): void {
  const { whole } = found.block;
  const name = variable.toLowerCase();
  if (BUILT_IN.has(name) || FAMILY.test(name)) return;
  const isTemplate = /^[A-Z][A-Z0-9_]*$|\W/.test(variable);
  const mistake = () =>
    whole.made.has(`$${name}`) || (whole.isForeign && !isTemplate)
      ? undefined
      : `unknown "${toText(name)}" variable`;
  whole.late.push({ found, mistake, ...(isTemplate ? { hint: TEMPLATE_HINT } : {}) });
}
