/** Which configuration a running Caddy reads, which of its sites answers, and where that leads. */
import { resolve as resolvePath } from "node:path";
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { newTrace, NoAnswer, noteStep, type WebAddress } from "../../result.ts";
import {
  type Directive,
  GIVE_ROOT,
  ipAsked,
  type Opened,
  optionsIn,
  requestUri,
  requireScheme,
  type Running,
  unclear,
} from "../server.ts";
import { matchesHost, orderOf } from "./matcher.ts";
import { readCaddyfile } from "./parse.ts";
import { run } from "./route.ts";

/** Reads the configuration that a running Caddy was started with. */
export async function openCaddy(running: Running): Promise<Opened> {
  const { argv, folder } = running;
  const [file = "Caddyfile"] = optionsIn(argv, "--config", "-config", "-c");
  const [adapter] = optionsIn(argv, "--adapter", "-adapter", "-a");
  const notRead = (reason: string) =>
    new NoAnswer("unclear", `Caddy's configuration is not read here: ${reason}`, GIVE_ROOT);
  if (argv[1] !== "run" || argv.includes("--resume")) {
    throw notRead(`it was started as "${argv.join(" ")}"`);
  }
  const confPath = resolvePath(folder, file);
  if (adapter === undefined ? confPath.endsWith(".json") : adapter !== "caddyfile") {
    throw notRead(`its configuration ${JSON.stringify(confPath)} is no Caddyfile`);
  }
  const blocks = await readCaddyfile(confPath, running);
  const options = blocks.find(({ name }) => name === "")?.block ?? [];
  const order = orderOf(options);
  return {
    confPath,
    async resolve(address) {
      const trace = newTrace();
      const site = chooseSite(blocks, options, address);
      const names = [site.name, ...site.args].map(toText);
      noteStep(trace, `site ${names.join(", ")}`, site);
      const uri = requestUri("Caddy", address);
      const request = { running, order, address, trace, uri, root: undefined };
      const found = await run(site, request, [], null);
      if (found === undefined) {
        const where = `site ${names.join(", ")} at ${placeText(site)}`;
        const state = `no file_server answers there: ${where} gives an empty page`;
        throw new NoAnswer("no-file", state, GIVE_ROOT);
      }
      const { file, line } = site;
      return { server: { file, line, names }, ...found, trace };
    },
  };
}

function chooseSite(
  blocks: readonly Directive[],
  options: readonly Directive[],
  address: WebAddress,
) {
  const sites = blocks.filter(({ name }) => name !== "" && !name.startsWith("&("));
  const all = sites.flatMap((site) =>
    [site.name, ...site.args].map((text) => parseAddress(text, site, options))
  );
  const listening = all.filter(({ port }) => port === address.port);
  const ip = ipAsked(address);
  const own = listening.filter(({ site }) => {
    const bound = boundTo(site);
    return bound.length > 0 && (ip === undefined || bound.includes(ip));
  });
  const onPort = own.length > 0 ? own : listening.filter(({ site }) => boundTo(site).length === 0);
  // Whole names before those with a `*`, and these before all.
  const [found] = onPort
    .filter(({ host }) => host === "" || matchesHost(host, address.host))
    .sort((a, b) => specificity(b.host) - specificity(a.host));
  if (found === undefined) {
    const there = (onPort.length > 0 ? onPort : all).slice(0, 8)
      .map(({ site }) => `${toText(site.name)} (${placeText(site)})`).join(", ");
    const state = `no site is for ${address.host}:${address.port}; there is ${there || "none"}`;
    const hint = `Give the URL with the name of a site. ${GIVE_ROOT}`;
    throw new NoAnswer("no-server", state, hint);
  }
  if (found.path !== "") throw unclear(found.site, "is for a path, and not followed");
  requireScheme("Caddy", found.tls, address, found.site);
  return found.site;
}

function parseAddress(text: string, site: Directive, options: readonly Directive[]) {
  const [, scheme, name = "", given, path = ""] =
    /^(?:(\w+):\/\/)?(\[[^\]]*\]|[^:/]*)(?::(\d+))?(\/.*)?$/.exec(text) ?? [];
  if (/[{}]/.test(text) || (name === "" && given === undefined && scheme === undefined)) {
    throw unclear(site, "is an address that is not followed", text);
  }
  const option = (key: string) => options.find((one) => one.name === key)?.args[0];
  const http = Number(option("http_port") ?? 80);
  const https = Number(option("https_port") ?? 443);
  const port = given === undefined ? (scheme === "http" ? http : https) : Number(given);
  const ownTls = site.block?.some((one) => one.name === "tls") ?? false;
  // `auto_https off` takes away certificates and redirections, not TLS (caddyserver/caddy#4632).
  const tls = scheme === "https" ||
    (scheme !== "http" && port !== http && (port === https || ownTls || name !== ""));
  return { site, host: name.toLowerCase(), port, tls, path: path === "/" ? "" : path };
}

function boundTo({ block = [] }: Directive): string[] {
  const addresses = block.filter(({ name }) => name === "bind").flatMap(({ args }) => args)
    .map((one) => one.replace(/^\w+\/|^\[|\]$/g, ""));
  return addresses.some((one) => one === "0.0.0.0" || one === "::") ? [] : addresses;
}

function specificity(host: string): number {
  return host === "" ? 0 : host.includes("*") ? 1 : 2;
}
