/** What a configuration of lighttpd sets, and under which conditions. */
import type { Place } from "../../config_text.ts";
import { ipOf, NoAnswer, type WebAddress } from "../../result.ts";
import { GIVE_ROOT } from "../server.ts";

/** A value: text, number or word as text; or a list, whose entries may have keys. */
export type Value = string | readonly Entry[];

/** An entry of a list. */
export interface Entry {
  /** Absent in a list without keys. */
  readonly key?: string;
  readonly value: Value;
}

/** `$HTTP["host"] == "files.example"`. */
export interface Condition extends Place {
  /** `HTTP["host"]`. */
  readonly field: string;
  readonly operator: "==" | "!=" | "=~" | "!~" | "=^" | "=$" | "!^" | "!$";
  readonly value: string;
  /** Whether it is an `else` behind this one: then this one must not hold. */
  readonly not?: boolean;
}

export interface Setting extends Place {
  readonly key: string;
  readonly value: Value;
  /** All of them must hold. */
  readonly when: readonly Condition[];
}

/** The entries of a list; none of anything else. */
export function entriesOf(value: Value | undefined): readonly Entry[] {
  return typeof value === "object" ? value : [];
}

/** An address and port that lighttpd listens on. */
export interface Socket {
  /** `*` for all of IPv4, `::` for all of IPv6. */
  readonly ip: string;
  readonly port: number;
  readonly place: Place;
}

/** `10.0.0.1:80`, `:80`, `[::]:80`; a port alone is not enough. */
export function parseSocket(text: string, place: Place): Socket | undefined {
  const [, host = "", port] = /^(.*?):(\d+)$/.exec(text) ?? [];
  if (port === undefined) return undefined;
  const all = ["", "0.0.0.0", "*"].includes(host);
  return { ip: all ? "*" : host.replace(/^\[|\]$/g, ""), port: Number(port), place };
}

/** Whether both are the same. */
export function sameSocket(one: Socket, other: Socket | undefined): boolean {
  return one.ip === other?.ip && one.port === other.port;
}

/** Of all that are configured, the one that an address leads to. Throws {@linkcode NoAnswer}. */
export function chooseSocket(
  settings: readonly Setting[],
  confPath: string,
  { host, port }: WebAddress,
): Socket {
  const sockets = [
    mainSocket(settings, confPath),
    ...settings.flatMap(({ when }) => when.flatMap(ofCondition)),
  ];
  const onPort = sockets.filter((one) => one.port === port);
  const ip = ipOf(host) ?? (host === "localhost" ? "127.0.0.1" : undefined);
  const at = (address: string) => onPort.find((one) => one.ip === address);
  const all = at(ip?.includes(":") ? "::" : "*");
  const found = ip === undefined ? all ?? onPort[0] : at(ip) ?? all;
  if (found === undefined) {
    throw new NoAnswer("no-server", `${confPath} has no socket for ${host}:${port}`, GIVE_ROOT);
  }
  // A socket for all of IPv6 stands beside that of IPv4 as a rule, and serves the same.
  const others = onPort.filter((one) => one.ip !== "::" && !sameSocket(one, found));
  if (ip === undefined && others.length > 0) {
    throw new NoAnswer(
      "unclear",
      `which of several sockets of port ${port} is meant depends on the address of ${
        JSON.stringify(host)
      }, which is not looked up`,
      "Give the address instead of the name.",
    );
  }
  return found;
}

function mainSocket(settings: readonly Setting[], confPath: string): Socket {
  const global = (key: string) =>
    settings.findLast((one) => one.key === key && one.when.length === 0);
  const [bind, port] = [global("server.bind"), global("server.port")];
  const host = typeof bind?.value === "string" ? bind.value : "";
  const number = typeof port?.value === "string" ? port.value : "80";
  const place = port ?? bind ?? { file: confPath, line: 1 };
  const plain = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return parseSocket(`${plain}:${number}`, place) ?? { ip: "*", port: 80, place };
}

function ofCondition(condition: Condition): Socket[] {
  const { field, operator, value, not } = condition;
  if (field !== 'SERVER["socket"]' || operator !== "==" || not) return [];
  const socket = parseSocket(value, condition);
  return socket === undefined ? [] : [socket];
}
