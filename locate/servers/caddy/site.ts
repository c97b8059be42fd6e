/** Which site answers. */
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { ipOf, NoAnswer, type WebAddress } from "../../result.ts";
import { type Directive, GIVE_ROOT, requireScheme, unclear } from "../server.ts";

/** An address of a site. */
interface Address {
  readonly site: Directive;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly path: string;
}

/** The options of a configuration, which stand in a block without a name. */
export function globalOptions(blocks: readonly Directive[]): readonly Directive[] {
  return blocks.find(({ name }) => name === "")?.block ?? [];
}

/** The site for an address; a name is not looked up. Throws {@linkcode NoAnswer}. */
export function chooseSite(blocks: readonly Directive[], address: WebAddress): Directive {
  const options = globalOptions(blocks);
  const sites = blocks.filter(({ name }) => name !== "" && !name.startsWith("&("));
  const all = sites.flatMap((site) =>
    [site.name, ...site.args].map((text) => parseAddress(text, site, options))
  );
  const listening = all.filter(({ port }) => port === address.port);
  const own = listening.filter(({ site }) => boundTo(site, address) === "this");
  const onPort = own.length > 0
    ? own
    : listening.filter(({ site }) => boundTo(site, address) === "all");
  const fitting = onPort.filter(({ host }) => fits(host, address.host))
    .sort((a, b) => hostSpecificity(b.host) - hostSpecificity(a.host));
  const [found] = fitting;
  if (found === undefined) throw nothingFits(onPort.length > 0 ? onPort : all, address);
  if (found.path !== "") {
    throw unclear(found.site.name, found.site, "is for a path, and not followed");
  }
  requireScheme("Caddy", found.tls, address, found.site);
  return found.site;
}

function optionOf(options: readonly Directive[], name: string): string | undefined {
  return options.find((one) => one.name === name)?.args[0];
}

function parseAddress(text: string, site: Directive, options: readonly Directive[]): Address {
  const [, scheme, host = "", given, path = ""] =
    /^(?:(\w+):\/\/)?(\[[^\]]*\]|[^:/]*)(?::(\d+))?(\/.*)?$/.exec(text) ?? [];
  if (/[{}]/.test(text) || (host === "" && given === undefined && scheme === undefined)) {
    throw unclear(toText(text), site, "is an address that is not followed");
  }
  const http = Number(optionOf(options, "http_port") ?? 80);
  const https = Number(optionOf(options, "https_port") ?? 443);
  const port = given === undefined ? (scheme === "http" ? http : https) : Number(given);
  const ownTls = site.block?.some(({ name }) => name === "tls") ?? false;
  // `auto_https off` takes away certificates and redirections, not TLS (caddyserver/caddy#4632).
  const tls = scheme === "https" ||
    (scheme !== "http" && port !== http && (port === https || ownTls || host !== ""));
  return { site, host: host.toLowerCase(), port, tls, path: path === "/" ? "" : path };
}

/** How a site is bound: to this very address, to all, or to others. */
function boundTo({ block = [] }: Directive, { host }: WebAddress): "this" | "all" | "others" {
  const binds = block.filter(({ name }) => name === "bind");
  const ip = ipOf(host) ?? (host === "localhost" ? "127.0.0.1" : undefined);
  const addresses = binds.flatMap(({ args }) => args)
    .map((one) => one.replace(/^\w+\/|^\[|\]$/g, ""));
  if (addresses.length === 0 || addresses.some((one) => one === "0.0.0.0" || one === "::")) {
    return "all";
  }
  return ip === undefined || addresses.includes(ip) ? "this" : "others";
}

function fits(name: string, host: string): boolean {
  const parts = name.split(".");
  const asked = host.split(".");
  return name === "" ||
    (parts.length === asked.length && parts.every((part, i) => part === "*" || part === asked[i]));
}

/** Whole names before those with a `*`, and these before all. */
function hostSpecificity(host: string): number {
  return host === "" ? 0 : host.includes("*") ? 1 : 2;
}

function nothingFits(there: readonly Address[], { host, port }: WebAddress): NoAnswer {
  const names = there.slice(0, 8).map(({ site }) => `${toText(site.name)} (${placeText(site)})`);
  return new NoAnswer(
    "no-server",
    `no site is for ${host}:${port}; there ${
      names.length > 0 ? `is ${names.join(", ")}` : "is none"
    }`,
    "Give the URL with the name of a site. " + GIVE_ROOT,
  );
}
