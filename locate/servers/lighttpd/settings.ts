/** What a configuration of lighttpd sets, under which conditions, and what of it is for a request. */
import type { Place } from "../../config_text.ts";
import { NoAnswer, type WebAddress } from "../../result.ts";
import { forAll, nodeHeader, not } from "../node_request.ts";
import { matchOf } from "../pcre/mod.ts";
import { GIVE_ROOT, ipAsked, unclear } from "../server.ts";

/** A value: text, number or word as text; or a list, whose entries may have keys. */
export type Value = string | readonly Entry[];

export interface Entry {
  readonly key?: string;
  readonly value: Value;
}

/** `$HTTP["host"] == "files.example"`. */
export interface Condition extends Place {
  readonly field: string;
  /** `=` or `!`, and how it compares: `=`, `~`, `^`, `$`. */
  readonly operator: string;
  readonly value: string;
  /** Whether it is an `else` behind this one: then this one must not hold. */
  readonly not?: boolean;
}

export interface Setting extends Place {
  readonly key: string;
  readonly value: Value;
  readonly when: readonly Condition[];
}

export function entriesOf(value: Value | undefined): readonly Entry[] {
  return typeof value === "object" ? value : [];
}

export function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The last that sets a key outside of all conditions, to more than nothing. */
export function globally(settings: readonly Setting[], name: string): Setting | undefined {
  const found = settings.findLast(({ key, when }) => key === name && when.length === 0);
  return textOf(found?.value) === "" ? undefined : found;
}

interface Socket {
  /** `*` for all of IPv4, `::` for all of IPv6. */
  readonly ip: string;
  readonly port: number;
  readonly place: Place;
}

/** `10.0.0.1:80`, `:80`, `[::]:80`; a port alone is not enough. */
function parseSocket(text: string, place: Place): Socket | undefined {
  const [, host = "", port] = /^(.*?):(\d+)$/.exec(text) ?? [];
  if (port === undefined) return undefined;
  const all = ["", "0.0.0.0", "*"].includes(host);
  return { ip: all ? "*" : host.replace(/^\[|\]$/g, ""), port: Number(port), place };
}

function isSame(one: Socket, other: Socket | undefined): boolean {
  return one.ip === other?.ip && one.port === other.port;
}

/** Of all that are configured, the one that an address leads to. Throws {@linkcode NoAnswer}. */
export function chooseSocket(
  settings: readonly Setting[],
  confPath: string,
  address: WebAddress,
): Socket {
  const { host, port } = address;
  const [bind, mainPort] = ["server.bind", "server.port"].map((key) => globally(settings, key));
  const own = textOf(bind?.value);
  const plain = own.includes(":") && !own.startsWith("[") ? `[${own}]` : own;
  const place = mainPort ?? bind ?? { file: confPath, line: 1 };
  const conditions = settings.flatMap(({ when }) => when)
    .filter((one) => one.field === SOCKET && one.operator === "==" && !one.not);
  const onPort = [
    parseSocket(`${plain}:${textOf(mainPort?.value) || 80}`, place),
    ...conditions.map((one) => parseSocket(one.value, one)),
  ].filter((one) => one?.port === port).filter((one) => one !== undefined);
  const ip = ipAsked(address);
  const at = (wanted: string) => onPort.find((one) => one.ip === wanted);
  const all = at(ip?.includes(":") ? "::" : "*");
  const found = ip === undefined ? all ?? onPort[0] : at(ip) ?? all;
  if (found === undefined) {
    throw new NoAnswer("no-server", `${confPath} has no socket for ${host}:${port}`, GIVE_ROOT);
  }
  // A socket for all of IPv6 stands beside that of IPv4 as a rule, and serves the same.
  const others = onPort.filter((one) => one.ip !== "::" && !isSame(one, found));
  if (ip !== undefined || others.length === 0) return found;
  const state = `which of several sockets of port ${port} is meant depends on the address of ` +
    `${JSON.stringify(host)}, which is not looked up`;
  throw new NoAnswer("unclear", state, "Give the address instead of the name.");
}

/** A request, as far as conditions look at it; its path decoded, as bytes. */
interface Asked extends Pick<WebAddress, "scheme" | "host" | "query"> {
  readonly socket: Socket;
  readonly uri: string;
}

/** What is set for a request: the last assignment of each key. Throws {@linkcode NoAnswer}. */
export function effective(settings: readonly Setting[], asked: Asked): Map<string, Setting> {
  const found = new Map<string, Setting>();
  for (const one of settings) {
    const { key, when } = one;
    const held = when.map((condition) => holds(condition, asked));
    if (held.includes(false)) continue;
    const unknown = when[held.indexOf(undefined)];
    if (unknown !== undefined) {
      const { field, operator, value } = unknown;
      const text = `$${field} ${operator} "${value}"`;
      throw unclear(unknown, `decides on ${key}, and cannot be told`, text);
    }
    found.set(key, one);
  }
  return found;
}

const SOCKET = 'SERVER["socket"]';

function holds(condition: Condition, asked: Asked): boolean | undefined {
  const { field, operator, value } = condition;
  const isEqual = operator.startsWith("=");
  const held = field !== SOCKET
    ? forAll(subjectsOf(condition, asked), (subject) => fits(condition, subject) === isEqual)
    : /^.=$/.test(operator)
    ? isSame(asked.socket, parseSocket(value, condition)) === isEqual
    : undefined;
  return condition.not ? not(held) : held;
}

function fits(condition: Condition, subject: string): boolean {
  const { operator, value } = condition;
  if (operator.endsWith("^")) return subject.startsWith(value);
  if (operator.endsWith("$")) return subject.endsWith(value);
  if (operator.endsWith("~")) return matchOf(value, subject, condition) !== undefined;
  return subject === value;
}

/** What a condition looks at; undefined for what the client alone knows. */
function subjectsOf(condition: Condition, asked: Asked): readonly string[] | undefined {
  const { field, operator, value } = condition;
  const { host, uri, query, scheme, socket: { port } } = asked;
  const [, group, name = ""] = /^(\w+)\["(.*)"\]$/.exec(field) ?? [];
  if (name.toLowerCase() === "host") {
    // With the port, as clients send it; whole names are compared without one that they lack.
    const isSent = port !== (scheme === "https" ? 443 : 80);
    const isWhole = operator.endsWith("=") ? /:\d+$/.test(value) : isSent;
    return [isWhole ? `${host}:${port}` : host];
  }
  if (group === "REQUEST_HEADER") return nodeHeader(name);
  const known = new Map(Object.entries({
    url: [uri],
    querystring: [query],
    scheme: [scheme],
    requestmethod: ["GET"],
    useragent: nodeHeader("user-agent"),
    language: nodeHeader("accept-language"),
    referer: nodeHeader("referer"),
    cookie: nodeHeader("cookie"),
  }));
  return group === "HTTP" ? known.get(name.replace("-", "")) : undefined;
}
