/** Variables of a request: those of the server, and those that mod_setenvif makes of them. */
import type { FileView } from "../../file_view.ts";
import type { WebAddress } from "../../result.ts";
import { forAll, nodeHeader } from "../node_request.ts";
import { matchOf } from "../pcre/mod.ts";
import type { Directive } from "../server.ts";

/** A request, as far as rules look at it. Paths are bytes. */
export interface RewriteRequest {
  readonly address: WebAddress;
  readonly uri: string;
  /** The file asked for, which counts as there. */
  readonly path: string;
  /** What `REQUEST_FILENAME` is: on the level of a host still the URI. */
  readonly filename: string;
  readonly documentRoot: string;
  /** What `SERVER_NAME` is; undefined where `UseCanonicalName` decides. */
  readonly serverName: string | undefined;
  readonly view: FileView;
}

/** https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewritecond lists them. */
export function variableOf(name: string, request: RewriteRequest): readonly string[] | undefined {
  const { address: { host, port, scheme, path, query }, uri, filename } = request;
  const isDefault = port === (scheme === "https" ? 443 : 80);
  const known: Readonly<Record<string, string | undefined>> = {
    REQUEST_METHOD: "GET",
    REQUEST_URI: uri,
    REQUEST_FILENAME: filename,
    SCRIPT_FILENAME: filename,
    REQUEST_SCHEME: scheme,
    QUERY_STRING: query,
    THE_REQUEST: `GET ${path}${query && `?${query}`} HTTP/1.1`,
    HTTPS: scheme === "https" ? "on" : "off",
    HTTP_HOST: isDefault ? host : `${host}:${port}`,
    SERVER_PORT: String(port),
    SERVER_PROTOCOL: "HTTP/1.1",
    SERVER_NAME: request.serverName,
    DOCUMENT_ROOT: request.documentRoot,
    PATH_INFO: "",
    REMOTE_USER: "",
    AUTH_TYPE: "",
    IS_SUBREQ: "false",
    IPV6: host.startsWith("[") ? "on" : "off",
    "ENV:REDIRECT_STATUS": "",
  };
  const value = known[name.toUpperCase()];
  if (value !== undefined) return [value];
  if (/^HTTP:Host$/i.test(name)) return variableOf("HTTP_HOST", request);
  const [, header] = /^HTTP[:_](.+)$/i.exec(name) ?? [];
  return header === undefined ? undefined : nodeHeader(header.replaceAll("_", "-"));
}

/** Whether mod_setenvif sets a variable; undefined where that depends on the client. */
export function isSet(
  name: string,
  directives: readonly Directive[],
  request: RewriteRequest,
): boolean | undefined {
  let set: boolean | undefined = false;
  for (const one of directives) {
    const [, kind, caseless] = /^(setenvif|browsermatch)(nocase)?$/.exec(one.name) ?? [];
    if (kind === undefined) continue;
    const [attribute = "", pattern = "", ...changes] = kind === "setenvif"
      ? one.args
      : ["User-Agent", ...one.args];
    const change = changes.find((word) => word.replace(/^!/, "").split("=", 1)[0] === name);
    if (change === undefined) continue;
    const isOwn = /^(?:request|remote|server)_/i.test(attribute);
    const values = variableOf(isOwn ? attribute : `HTTP:${attribute}`, request);
    const fits = (value: string) => matchOf(pattern, value, one, !!caseless) !== undefined;
    const held = forAll(values, fits);
    if (held !== false) set = held && !change.startsWith("!");
  }
  return set;
}
