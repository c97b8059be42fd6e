/** What is set for a request. */
import { toText } from "../../bytes.ts";
import { forAll, nodeHeader } from "../node_request.ts";
import { groupsOf, unclear } from "../server.ts";
import {
  type Condition,
  parseSocket,
  sameSocket,
  type Setting,
  type Socket,
  type Value,
} from "./settings.ts";

/** A request, as far as conditions look at it. */
export interface Asked {
  readonly socket: Socket;
  readonly scheme: "http" | "https";
  /** The host, without a port. */
  readonly host: string;
  /** The decoded path, as bytes. */
  readonly uri: string;
  readonly query: string;
}

/** A value, and the assignment that was the last to change it. */
export interface Effective {
  readonly value: Value;
  readonly by: Setting;
}

/** Every value for a request, by its key. Throws {@linkcode NoAnswer} where `matters` cannot be told. */
export function effective(
  settings: readonly Setting[],
  asked: Asked,
  matters: (key: string) => boolean,
): Map<string, Effective> {
  const found = new Map<string, Effective>();
  for (const one of settings) {
    const { key, when, value } = one;
    const held = when.map((condition) => ({ condition, holds: holds(condition, asked) }));
    if (held.some(({ holds }) => holds === false)) continue;
    const unknown = held.find(({ holds }) => holds === undefined);
    if (unknown !== undefined) {
      if (!matters(key)) continue;
      const { condition: { field, operator, value } } = unknown;
      throw unclear(
        toText(`$${field} ${operator} "${value}"`),
        unknown.condition,
        `decides on ${key}, and cannot be told`,
      );
    }
    found.set(key, { value, by: one });
  }
  return found;
}

function holds(condition: Condition, asked: Asked): boolean | undefined {
  const plain = condition.field === 'SERVER["socket"]'
    ? socketHolds(condition, asked.socket)
    : textHolds(condition, asked);
  return condition.not && plain !== undefined ? !plain : plain;
}

function socketHolds(condition: Condition, socket: Socket): boolean | undefined {
  const same = sameSocket(socket, parseSocket(condition.value, condition));
  return condition.operator === "==" ? same : condition.operator === "!=" ? !same : undefined;
}

function textHolds(condition: Condition, asked: Asked): boolean | undefined {
  return forAll(subjectsOf(condition, asked), (subject) => fits(condition, subject));
}

function fits(condition: Condition, subject: string): boolean {
  const { operator, value } = condition;
  switch (operator) {
    case "==":
      return subject === value;
    case "!=":
      return subject !== value;
    case "=^":
      return subject.startsWith(value);
    case "=$":
      return subject.endsWith(value);
    case "!^":
      return !subject.startsWith(value);
    case "!$":
      return !subject.endsWith(value);
    case "=~":
      return groupsOf(value, subject, condition) !== undefined;
    case "!~":
      return groupsOf(value, subject, condition) === undefined;
  }
}

/** What a condition looks at; undefined for what the client alone knows. */
function subjectsOf(
  { field, value }: Condition,
  { host, uri, query, scheme, socket }: Asked,
): readonly string[] | undefined {
  const [, group, name = ""] = /^(\w+)\["(.*)"\]$/.exec(field) ?? [];
  const isHost = name.toLowerCase() === "host";
  // Where a port is asked for, the host is looked at with its port.
  if (isHost) return [/:\d+$/.test(value) ? `${host}:${socket.port}` : host];
  if (group === "REQUEST_HEADER") return nodeHeader(name);
  if (group !== "HTTP") return undefined;
  switch (name) {
    case "url":
      return [uri];
    case "querystring":
    case "query-string":
      return [query];
    case "scheme":
      return [scheme];
    case "request-method":
      return ["GET"];
    case "useragent":
      return nodeHeader("user-agent");
    case "language":
      return nodeHeader("accept-language");
    case "user-agent":
    case "referer":
    case "cookie":
      return nodeHeader(name);
    default:
      return undefined;
  }
}
