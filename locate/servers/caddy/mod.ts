/** Which configuration a running Caddy reads, and where that leads. */
import { resolve as resolvePath } from "node:path";
import { messageOf } from "../../../core/util/errors.ts";
import { fromBuffer, toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { newTrace, NoAnswer, noteStep } from "../../result.ts";
import { GIVE_ROOT, type Opened, optionsIn, requestUri, type Running } from "../server.ts";
import { orderOf } from "./matcher.ts";
import { readCaddyfile } from "./parse.ts";
import { run } from "./route.ts";
import { chooseSite } from "./site.ts";

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
  const server = { ...running, env: await environment(running, notRead) };
  const blocks = await readCaddyfile(confPath, server);
  const options = blocks.find(({ name }) => name === "")?.block ?? [];
  const order = orderOf(options);
  return {
    confPath,
    async resolve(address) {
      const trace = newTrace();
      const site = chooseSite(blocks, options, server, address);
      const names = [site.name, ...site.args].map(toText);
      noteStep(trace, `site ${names.join(", ")}`, site);
      const uri = requestUri("Caddy", address);
      const request = { running: server, order, address, trace, uri, root: undefined };
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

/** The environment with what `--envfile` sets in it, as Caddy's `parseEnvFile` reads it. */
async function environment(
  { argv, folder, view, env }: Running,
  notRead: (reason: string) => NoAnswer,
): Promise<Running["env"]> {
  const given = new Map<string, string>();
  for (const file of optionsIn(argv, "--envfile", "-envfile")) {
    const path = resolvePath(folder, file);
    const text = await view.read(path).then(fromBuffer, (error) => {
      throw notRead(`${JSON.stringify(path)} of --envfile: ${messageOf(error)}`);
    });
    for (const line of text.split("\n")) {
      const [, name, value = ""] = /^(?:export )?([^#=]+)=([^#]*)/.exec(line.trim()) ?? [];
      if (name === undefined) continue;
      const plain = value.trimEnd().replace(/^(["'])(.*)\1$/, "$2");
      if (/^["']/.test(plain)) throw notRead(`${JSON.stringify(path)} has values of several lines`);
      given.set(name, plain);
    }
  }
  return (name) => given.get(name) ?? env(name);
}
