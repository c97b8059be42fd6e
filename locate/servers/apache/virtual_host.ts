/** Which virtual host answers: first the address, then the name. */
import { wildcard } from "../../../core/util/wildcard.ts";
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { ipOf, NoAnswer, type ServerPlace, type WebAddress } from "../../result.ts";
import { type Directive, GIVE_ROOT, ipAsked, last, requireScheme, unclear } from "../server.ts";

export interface Host {
  /** What stands in its section; or outside of all, where that server answers. */
  readonly own: readonly Directive[];
  /** What stands around it, for what it does not say itself. */
  readonly outside: readonly Directive[];
  readonly text: string;
  readonly place: ServerPlace;
  readonly listen: Directive;
}

/** The host for an address. Throws {@linkcode NoAnswer}. */
export function chooseHost(main: readonly Directive[], address: WebAddress): Host {
  const listen = listenOn(main, address);
  const group = reached(main.filter(({ name }) => name === "virtualhost"), address);
  const host = address.host.replace(/^\[|\]$/g, "");
  const section =
    group.find(({ block = [] }) => namesOf(block).some((one) => wildcard(one)(host))) ??
      group[0];
  const server = main.filter(({ name }) => name !== "virtualhost");
  const [own, outside] = section === undefined ? [server, []] : [section.block ?? [], server];
  const engine = last([...outside, ...own], "sslengine");
  const tls = engine?.args[0]?.toLowerCase() === "on";
  requireScheme("Apache httpd", tls, address, tls ? engine : listen);
  const { file, line } = section ?? last(server, "documentroot") ?? listen;
  const text = section === undefined
    ? "the server outside of all virtual hosts"
    : toText(`VirtualHost ${section.args.join(" ")}`);
  return { own, outside, text, place: { file, line, names: namesOf(own).map(toText) }, listen };
}

function listenOn(main: readonly Directive[], { host, port }: WebAddress): Directive {
  const all = main.filter(({ name }) => name === "listen");
  const ip = ipOf(host);
  const found = all.find(({ args: [text = ""] }) => {
    const at = parseAddress(text);
    return at?.port === port && (ip === undefined || at.ip === ip || at.ip === "*");
  });
  if (found !== undefined) return found;
  const there = all.map((one) => `${toText(one.text)} (${placeText(one)})`).join(", ");
  const state = `no Listen is for ${host}:${port}${there && `; there is ${there}`}`;
  throw new NoAnswer("no-server", state, GIVE_ROOT);
}

/** Those of the very address, else those of all; none where the server outside of all answers. */
function reached(hosts: readonly Directive[], address: WebAddress): Directive[] {
  const onPort = hosts.map((one) => ({ one, ips: addressesOf(one, address.port) }))
    .filter(({ ips }) => ips.length > 0);
  const forIp = (ip: string) => onPort.filter(({ ips }) => ips.includes(ip)).map(({ one }) => one);
  const ip = ipAsked(address);
  if (ip !== undefined) {
    const exact = forIp(ip);
    return exact.length > 0 ? exact : forIp("*");
  }
  const particular = onPort.find(({ ips }) => ips.some((one) => one !== "*"))?.one;
  const isOne = new Set(onPort.flatMap(({ ips }) => ips)).size <= 1;
  if (isOne || particular === undefined) return onPort.map(({ one }) => one);
  const name = JSON.stringify(address.host);
  throw unclear(particular, `is for one of several addresses, and ${name} is not looked up`);
}

function addressesOf(host: Directive, port: number): string[] {
  return host.args.flatMap((text) => {
    const parsed = parseAddress(text);
    const own = parsed === undefined ? /(?<=:)\d+$/.exec(text)?.[0] : parsed.port;
    if (own !== undefined && Number(own) !== port) return [];
    if (parsed !== undefined) return [parsed.ip];
    throw unclear(host, "is for a name, which is not looked up");
  });
}

/** `80`, `*:80`, `_default_:80`, `10.0.0.1`, `[::1]:80`; undefined for a name. */
function parseAddress(text: string): { ip: string; port: number | undefined } | undefined {
  const [, ip, port] =
    /^(?:(\*|_default_|\d+\.\d+\.\d+\.\d+|\[[^\]]*\])(?::(?=\d|\*))?)?(\d+|\*)?$/.exec(text) ?? [];
  if (ip === undefined && port === undefined) return undefined;
  const isAll = ip === undefined || /^(?:\*|_default_|0\.0\.0\.0|\[::\])$/.test(ip);
  return {
    ip: isAll ? "*" : ip.replace(/^\[|\]$/g, ""),
    port: port === undefined || port === "*" ? undefined : Number(port),
  };
}

/** In lower case, with `*` and `?` for any letters. */
function namesOf(own: readonly Directive[]): string[] {
  const name = last(own, "servername")?.args.slice(0, 1) ?? [];
  const aliases = own.filter((one) => one.name === "serveralias").flatMap(({ args }) => args);
  return [...name, ...aliases].map((one) => one.toLowerCase().replace(/^\w+:\/\/|:\d+$/g, ""));
}
