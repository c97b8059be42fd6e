/** What variables of nginx hold for a plain GET without credentials. */
import { toBytes, toText } from "../../bytes.ts";
import { arrivalOf } from "../../result.ts";
import { inherited, nearest, type Scope } from "./directive.ts";
import { mapped } from "./map.ts";
import type { Request } from "./request.ts";
import { evaluate, type Lookup } from "./template.ts";

/** Headers that some clients send and others do not: what they hold cannot be told. */
const VARYING = /^http_(?:user_agent|accept\w*|connection|via|x_forwarded_\w+)$/;

type Variable = (request: Request, scope: Scope) => string | undefined;

const VARIABLES: Readonly<Record<string, Variable>> = {
  uri: ({ uri }) => uri,
  document_uri: ({ uri }) => uri,
  request_uri: ({ address: { path, query } }) => query === "" ? path : `${path}?${query}`,
  args: ({ address }) => address.query,
  query_string: ({ address }) => address.query,
  is_args: ({ address }) => address.query === "" ? "" : "?",
  scheme: ({ address }) => address.scheme,
  https: ({ address }) => address.scheme === "https" ? "on" : "",
  host: ({ address }) => toBytes(address.host),
  http_host: ({ address }) => toBytes(hostHeader(address)),
  server_port: ({ address }) => String(arrivalOf(address).port),
  server_name: (_, scope) => serverName(scope),
  request_method: () => "GET",
  invalid_referer: (_, scope) => {
    const allowed = inherited(scope, "valid_referers");
    return allowed === undefined || allowed.args.includes("none") ? "" : "1";
  },
  remote_user: () => "",
  secure_link: secureLink,
  secure_link_expires: () => "",
  content_length: () => "",
  content_type: () => "",
};

/** Without a hash in the address it is empty; whether one is right is not computed. */
function secureLink(request: Request, scope: Scope): string | undefined {
  if (inherited(scope, "secure_link_secret") !== undefined) {
    return /\/[0-9a-f]{32}\//i.test(request.uri) ? undefined : "";
  }
  const [text] = inherited(scope, "secure_link")?.args ?? [];
  if (text === undefined) return "";
  const evaluated = evaluate(text, variablesOf(request, scope));
  return "value" in evaluated && !/^[\w-]{22}/.test(evaluated.value) ? "" : undefined;
}

/**
 * The variables of a request in a scope. What a module computes cannot be told, nor can anything
 * about the client. Those that name files are in `path.ts`.
 */
export function variablesOf(request: Request, scope: Scope): Lookup {
  return (given) => {
    const name = given.toLowerCase();
    if (/^[1-9]$/.test(name)) return captured(request, Number(name));
    if (request.variables.has(name)) return request.variables.get(name);
    const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined;
    if (variable !== undefined) return variable(request, scope);
    const map = request.configuration.maps.get(name);
    if (map !== undefined) return mapped(map, request, variablesOf(request, scope));
    if (name.startsWith("arg_")) return argument(request.address.query, name.slice(4));
    if (VARYING.test(name)) return undefined;
    return /^(?:http|cookie)_/.test(name) ? "" : undefined;
  };
}

function captured({ captures }: Request, number: number): string | undefined {
  if (captures === undefined) return "";
  return captures.exact ? captures.groups[number] ?? "" : undefined;
}

function hostHeader({ host, port, scheme }: Request["address"]): string {
  return port === (scheme === "https" ? 443 : 80) ? host : `${host}:${port}`;
}

/** The first name of the server; of `.example.com` without the dot. */
function serverName(scope: Scope): string {
  const block = nearest(scope, (one) => one.block.name === "server" ? one : undefined);
  const name = block && inherited(block, "server_name")?.args[0];
  return toBytes(toText(name ?? "").replace(/^\./, "")).toLowerCase();
}

/** Names of arguments are compared without regard to case; the first one counts. */
function argument(query: string, name: string): string {
  for (const part of query.split("&")) {
    const at = part.indexOf("=");
    if (at >= 0 && part.slice(0, at).toLowerCase() === name.toLowerCase()) {
      return part.slice(at + 1);
    }
  }
  return "";
}
