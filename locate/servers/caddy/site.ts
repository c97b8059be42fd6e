/** Which of Caddy's sites answers, and whether it speaks TLS. */
import { fromBuffer, toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { NoAnswer, type WebAddress } from "../../result.ts";
import {
  type Directive,
  GIVE_ROOT,
  ipAsked,
  requireScheme,
  type Running,
  unclear,
} from "../server.ts";
import { matchesHost } from "./matcher.ts";

/** The site for an address; `options` are the global ones. Throws {@linkcode NoAnswer}. */
export function chooseSite(
  blocks: readonly Directive[],
  options: readonly Directive[],
  { program }: Running,
  address: WebAddress,
): Directive {
  const sites = blocks.filter(({ name }) => name !== "" && !name.startsWith("&("));
  const option = (key: string) => options.find((one) => one.name === key)?.args.join(" ") ?? "";
  const http = Number(option("http_port") || 80);
  const https = Number(option("https_port") || 443);
  // `off` takes away certificates and redirections, not all TLS (caddyserver/caddy#4632).
  const auto = option("auto_https");
  const all = sites.flatMap((site) =>
    [site.name, ...site.args].map((text) => parseAddress(text, site, { http, https }))
  );
  const listening = all.filter(({ port }) => port === address.port);
  const ip = ipAsked(address);
  const own = listening.filter(({ site }) => {
    const bound = boundTo(site);
    return bound.length > 0 && (ip === undefined || bound.includes(ip));
  });
  const onPort = own.length > 0 ? own : listening.filter(({ site }) => boundTo(site).length === 0);
  const fits = ({ host }: SiteAddress) => host === "" || matchesHost(host, address.host);
  // Whole names before those with a `*`, and these before all.
  const [found] = onPort.filter(fits).sort((a, b) => specificity(b.host) - specificity(a.host));
  if (found === undefined) {
    const there = (onPort.length > 0 ? onPort : all).slice(0, 8)
      .map(({ site }) => `${toText(site.name)} (${placeText(site)})`).join(", ");
    const state = `no site is for ${address.host}:${address.port}; there is ${there || "none"}`;
    const redirects = address.port === http && !/off|redirects/.test(auto) &&
      all.some((one) => one.port === https && fits(one));
    const meant = redirects ? "https://, to which Caddy redirects" : "the name of a site";
    const hint = `Give the URL with ${meant}. ${GIVE_ROOT}`;
    throw new NoAnswer("no-server", state, hint);
  }
  if (found.path !== "") throw unclear(found.site, "is for a path, and not followed");
  const tls = address.port !== http && ((address.port === https && auto !== "off") ||
    onPort.some((one) => asksForTls(one, program)));
  requireScheme("Caddy", tls, address, found.site);
  return found.site;
}

type SiteAddress = ReturnType<typeof parseAddress>;

function parseAddress(
  text: string,
  site: Directive,
  { http, https }: Readonly<Record<"http" | "https", number>>,
) {
  const [, scheme, name = "", given, path = ""] =
    /^(?:(\w+):\/\/)?(\[[^\]]*\]|[^:/]*)(?::(\d+))?(\/.*)?$/.exec(text) ?? [];
  if (/[{}]/.test(text) || (name === "" && given === undefined && scheme === undefined)) {
    throw unclear(site, "is an address that is not followed", text);
  }
  const port = given === undefined ? (scheme === "http" ? http : https) : Number(given);
  return { site, scheme, host: name.toLowerCase(), port, path: path === "/" ? "" : path };
}

function boundTo({ block = [] }: Directive): string[] {
  const addresses = block.filter(({ name }) => name === "bind").flatMap(({ args }) => args)
    .map((one) => one.replace(/^\w+\/|^\[|\]$/g, ""));
  return addresses.some((one) => one === "0.0.0.0" || one === "::") ? [] : addresses;
}

function specificity(host: string): number {
  return host === "" ? 0 : host.includes("*") ? 1 : 2;
}

/** Whether one address makes its whole port speak TLS. */
function asksForTls(
  { scheme, host, site: { block = [] } }: SiteAddress,
  program: Running["program"],
): boolean {
  if (scheme !== undefined || host !== "") return scheme !== "http";
  const tls = block.filter(({ name }) => name === "tls");
  const [first] = tls;
  if (first === undefined || tls.some(saysHow)) return first !== undefined;
  const [, minor = "", patch = ""] = versionOf(fromBuffer(program())) ?? [];
  if (minor !== "") return Number(minor) > 7 || (minor === "7" && Number(patch) >= 5);
  throw unclear(first, "asks for TLS since Caddy 2.7.5 alone, and its version cannot be told");
}

/** Whether `tls` gives a certificate, or says how TLS is spoken: that asks for it in every version. */
function saysHow({ args, block = [] }: Directive): boolean {
  const how = /^(?:protocols|ciphers|curves|alpn|client_auth|insecure_secrets_log)$/;
  return args.length === 2 || block.some(({ name }) => how.test(name));
}

/** By the module that it was built from, or by what Debian's build gives as `CustomVersion`. */
function versionOf(program: string): RegExpExecArray | null {
  return /caddyserver\/caddy\/v2\tv2\.(\d+)\.(\d+)/.exec(program) ??
    /\0v?2\.(\d+)\.(\d+)\0/.exec(program);
}
