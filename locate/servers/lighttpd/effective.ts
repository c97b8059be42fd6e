/** What is set for a request. */
import { toText } from "../../bytes.ts";
import type { WebAddress } from "../../result.ts";
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
export interface Asked extends Pick<WebAddress, "scheme" | "host" | "query"> {
  readonly socket: Socket;
  /** The decoded path, as bytes. */
  readonly uri: string;
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
    const held = when.map((condition) => holds(condition, asked));
    if (held.includes(false)) continue;
    const unknown = when[held.indexOf(undefined)];
    if (unknown === undefined) found.set(key, { value, by: one });
    else if (matters(key)) {
      const { field, operator, value } = unknown;
      const text = toText(`$${field} ${operator} "${value}"`);
      throw unclear(text, unknown, `decides on ${key}, and cannot be told`);
    }
  }
  return found;
}

function holds(condition: Condition, asked: Asked): boolean | undefined {
  const { field, operator, value } = condition;
  let plain: boolean | undefined;
  if (field !== 'SERVER["socket"]') {
    plain = forAll(subjectsOf(condition, asked), (subject) => fits(condition, subject));
  } else if (operator === "==" || operator === "!=") {
    plain = sameSocket(asked.socket, parseSocket(value, condition)) === (operator === "==");
  }
  return condition.not && plain !== undefined ? !plain : plain;
}

function fits(condition: Condition, subject: string): boolean {
  const { operator, value } = condition;
  const tests: Readonly<Record<string, () => boolean>> = {
    "=": () => subject === value,
    "^": () => subject.startsWith(value),
    "$": () => subject.endsWith(value),
    "~": () => groupsOf(value, subject, condition) !== undefined,
  };
  return tests[operator.slice(1)]?.() === operator.startsWith("=");
}

/** What a condition looks at; undefined for what the client alone knows. */
function subjectsOf(
  { field, value }: Condition,
  { host, uri, query, scheme, socket }: Asked,
): readonly string[] | undefined {
  const [, group, name = ""] = /^(\w+)\["(.*)"\]$/.exec(field) ?? [];
  // Where a port is asked for, the host is looked at with its port.
  if (name.toLowerCase() === "host") {
    return [/:\d+$/.test(value) ? `${host}:${socket.port}` : host];
  }
  if (group === "REQUEST_HEADER") return nodeHeader(name);
  const known = new Map(Object.entries({
    url: [uri],
    querystring: [query],
    "query-string": [query],
    scheme: [scheme],
    "request-method": ["GET"],
    useragent: nodeHeader("user-agent"),
    language: nodeHeader("accept-language"),
    "user-agent": nodeHeader("user-agent"),
    referer: nodeHeader("referer"),
    cookie: nodeHeader("cookie"),
  }));
  return group === "HTTP" ? known.get(name) : undefined;
}
