/** Which configuration a running Caddy reads, and which of its sites answers. */
import { resolve as resolvePath } from "node:path";
import type { Resolved } from "../../base_url.ts";
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { newTrace, NoAnswer, noteStep, type WebAddress } from "../../result.ts";
import { GIVE_ROOT, type Opened, optionsIn, requestUri, type Running } from "../server.ts";
import { orderOf } from "./matcher.ts";
import { readCaddyfile } from "./parse.ts";
import { type CaddyConfiguration, run } from "./route.ts";
import { chooseSite, globalOptions } from "./site.ts";

/** Reads the configuration that a running Caddy was started with. */
export async function openCaddy({ argv, folder, view, env }: Running): Promise<Opened> {
  const [file = "Caddyfile"] = optionsIn(argv, "--config", "-config", "-c");
  const [adapter] = optionsIn(argv, "--adapter", "-adapter", "-a");
  if (argv[1] !== "run" || argv.includes("--resume")) {
    throw notRead(`it was started as "${argv.join(" ")}"`);
  }
  const confPath = resolvePath(folder, file);
  if (adapter === undefined ? confPath.endsWith(".json") : adapter !== "caddyfile") {
    throw notRead(`its configuration ${JSON.stringify(confPath)} is no Caddyfile`);
  }
  const blocks = await readCaddyfile(confPath, view, env);
  return { confPath, resolve: (address) => resolve({ blocks, folder, view, env }, address) };
}

function notRead(reason: string): NoAnswer {
  return new NoAnswer("unclear", `Caddy's configuration is not read here: ${reason}`, GIVE_ROOT);
}

/** Follows a GET: site, then its directives in Caddy's order, up to a file server. */
async function resolve(
  configuration: CaddyConfiguration,
  address: WebAddress,
): Promise<Resolved> {
  const { blocks } = configuration;
  const trace = newTrace();
  const site = chooseSite(blocks, address);
  const names = [site.name, ...site.args].map(toText);
  noteStep(trace, `site ${names.join(", ")}`, site);
  const uri = requestUri("Caddy", address);
  const order = orderOf(globalOptions(blocks));
  const start = { root: undefined, location: null, named: [] };
  const found = await run(site, { configuration, order, address, trace, uri, ...start });
  if ("trace" in found) {
    const state = `no file_server answers there: site ${names.join(", ")} at ${placeText(site)}`;
    throw new NoAnswer("no-file", `${state} gives an empty page`, GIVE_ROOT);
  }
  const { file, line } = site;
  return { server: { file, line, names }, ...found, trace };
}
