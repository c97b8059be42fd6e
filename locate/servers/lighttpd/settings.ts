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

/** A value as text; empty for a list, or for none. */
export function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

/** What is set outside of all conditions, as text, by the last to do so. */
export function globalText(
  settings: readonly Setting[],
  name: string,
): { readonly value: string; readonly by: Setting } | undefined {
  const by = settings.findLast(({ key, when }) => key === name && when.length === 0);
  const value = textOf(by?.value);
  return by === undefined || value === "" ? undefined : { value, by };
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
  if (ip !== undefined || others.length === 0) return found;
  const state = `which of several sockets of port ${port} is meant depends on the address of`;
  throw new NoAnswer(
    "unclear",
    `${state} ${JSON.stringify(host)}, which is not looked up`,
    "Give the address instead of the name.",
  );
}

function mainSocket(settings: readonly Setting[], confPath: string): Socket {
  const [bind, port] = ["server.bind", "server.port"].map((key) => globalText(settings, key));
  const host = bind?.value ?? "";
  const place = port?.by ?? bind?.by ?? { file: confPath, line: 1 };
  const plain = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const socket = parseSocket(`${plain}:${port?.value ?? "80"}`, place);
  return socket ?? { ip: "*", port: 80, place };
}

function ofCondition(condition: Condition): Socket[] {
  const { field, operator, value, not } = condition;
  if (field !== 'SERVER["socket"]' || operator !== "==" || not) return [];
  const socket = parseSocket(value, condition);
  return socket === undefined ? [] : [socket];
}
