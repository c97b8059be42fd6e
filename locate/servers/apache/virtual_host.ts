/** Which virtual host answers: first the address, then the name. */
import { wildcard } from "../../../core/util/wildcard.ts";
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { ipOf, NoAnswer, type ServerPlace, type WebAddress } from "../../result.ts";
import { type Directive, GIVE_ROOT, last, lastOf, requireScheme, unclear } from "../server.ts";

export interface Host {
  /** What stands in its section, if it has one, then outside of all; the first to say a thing counts. */
  readonly lists: readonly (readonly Directive[])[];
  readonly text: string;
  readonly place: ServerPlace;
  /** By which it is reached. */
  readonly listen: Directive;
}

interface Address {
  /** `*` for all. */
  readonly ip: string;
  readonly port: number | undefined;
}

/**
 * The host for an address, of those that a configuration has. A name is not looked up. Throws
 * {@linkcode NoAnswer}.
 */
export function chooseHost(main: readonly Directive[], address: WebAddress): Host {
  const listen = listenOn(main, address);
  const section = sectionFor(main, address);
  const outside = main.filter(({ name }) => name !== "virtualhost");
  const lists = section?.block === undefined ? [outside] : [section.block, outside];
  const engine = lastOf(lists, "sslengine");
  const tls = engine?.args[0]?.toLowerCase() === "on";
  requireScheme("Apache httpd", tls, address, tls ? engine : listen);
  const { file, line } = section ?? last(outside, "documentroot") ?? listen;
  return {
    lists,
    text: section === undefined
      ? "the server outside of all virtual hosts"
      : toText(`VirtualHost ${section.args.join(" ")}`),
    place: { file, line, names: namesOf(lists[0] ?? []).map(toText) },
    listen,
  };
}

function listenOn(main: readonly Directive[], { host, port }: WebAddress): Directive {
  const all = main.filter(({ name }) => name === "listen");
  const ip = ipOf(host);
  const onPort = all.map((one) => ({ one, at: parseAddress(one.args[0] ?? "") }))
    .filter(({ at }) => at?.port === port);
  const reached = onPort.filter(({ at }) => ip === undefined || at?.ip === ip || at?.ip === "*");
  const found = reached[0]?.one;
  if (found !== undefined) return found;
  const there = all.map((one) => `${toText(one.text)} (${placeText(one)})`).join(", ");
  throw new NoAnswer(
    "no-server",
    `no Listen is for ${host}:${port}${there && `; there is ${there}`}`,
    GIVE_ROOT,
  );
}

/** Undefined where the server outside of all answers. */
function sectionFor(main: readonly Directive[], address: WebAddress): Directive | undefined {
  const group = reached(main.filter(({ name }) => name === "virtualhost"), address);
  const isNamed = ({ block = [] }: Directive) =>
    namesOf(block).some((name) => fits(name, address.host));
  return group.find(isNamed) ?? group[0];
}

/** The hosts that the address leads to: those of the very address, else those of all addresses. */
function reached(hosts: readonly Directive[], { host, port }: WebAddress): Directive[] {
  const onPort = hosts.map((one) => ({ one, at: addressesOf(one, port) }))
    .filter(({ at }) => at.length > 0);
  const own = onPort.filter(({ at }) => at.some(({ ip }) => ip !== "*"));
  const everywhere = onPort.filter(({ at }) => at.some(({ ip }) => ip === "*"));
  const ip = ipOf(host) ?? (host === "localhost" ? "127.0.0.1" : undefined);
  if (ip !== undefined) {
    const exact = own.filter(({ at }) => at.some((one) => one.ip === ip));
    return (exact.length > 0 ? exact : everywhere).map(({ one }) => one);
  }
  const addresses = new Set(own.flatMap(({ at }) => at.map((one) => one.ip)));
  if (addresses.size + (everywhere.length > 0 ? 1 : 0) <= 1) return onPort.map(({ one }) => one);
  const [first] = own;
  if (first === undefined) return [];
  const reason = `is for one of several addresses, and ${JSON.stringify(host)} is not looked up`;
  throw unclear(toText(first.one.text), first.one, reason);
}

function addressesOf(host: Directive, port: number): Address[] {
  return host.args.flatMap((text) => {
    const parsed = parseAddress(text);
    const [, last] = /:(\d+)$/.exec(text) ?? [];
    const own = parsed?.port ?? last;
    if (own !== undefined && Number(own) !== port) return [];
    if (parsed !== undefined) return [parsed];
    throw unclear(toText(host.text), host, "is for a name, which is not looked up");
  });
}

/** `80`, `*:80`, `_default_:80`, `10.0.0.1`, `[::1]:80`; undefined for a name. */
function parseAddress(text: string): Address | undefined {
  const [, ip = "*", port] =
    /^(?:(\*|_default_|\d+\.\d+\.\d+\.\d+|\[[^\]]*\])(?::(?=\d|\*))?)?(\d+|\*)?$/.exec(text) ?? [];
  if (text === "" || (port === undefined && ip === "*" && !/^(?:\*|_default_)$/.test(text))) {
    return undefined;
  }
  const all = ip === "_default_" || ip === "0.0.0.0" || ip === "[::]";
  return {
    ip: all ? "*" : ip.replace(/^\[|\]$/g, ""),
    port: port === undefined || port === "*" ? undefined : Number(port),
  };
}

function namesOf(own: readonly Directive[]): string[] {
  const name = last(own, "servername")?.args.slice(0, 1) ?? [];
  const aliases = own.filter((one) => one.name === "serveralias").flatMap(({ args }) => args);
  return [...name, ...aliases].map((one) => one.toLowerCase().replace(/^\w+:\/\/|:\d+$/g, ""));
}

/** `*` and `?` stand for any letters. */
function fits(name: string, host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, "");
  return /[*?]/.test(name) ? wildcard(name)(plain) : name === plain;
}
