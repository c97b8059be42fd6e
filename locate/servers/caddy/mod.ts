/** Caddy: which configuration a running one reads. */
import { resolve as resolvePath } from "node:path";
import { NoAnswer } from "../../result.ts";
import { GIVE_ROOT, type Opened, type Running, type ServerKind } from "../server.ts";
import { readCaddyfile } from "./parse.ts";
import { resolve } from "./resolve.ts";

export const caddy: ServerKind = { name: "Caddy", programs: ["caddy"], open };

async function open({ argv, folder, view, env }: Running): Promise<Opened> {
  const [, verb = ""] = argv;
  const file = optionOf(argv, "config", "c") ?? "Caddyfile";
  const adapter = optionOf(argv, "adapter", "a");
  if (verb !== "run" || argv.includes("--resume")) {
    throw notRead(`it was started as "${argv.join(" ")}"`);
  }
  const confPath = resolvePath(folder, file);
  if (adapter === undefined ? confPath.endsWith(".json") : adapter !== "caddyfile") {
    throw notRead(`its configuration ${JSON.stringify(confPath)} is no Caddyfile`);
  }
  const blocks = await readCaddyfile(confPath, view, env);
  return { confPath, resolve: (address) => resolve({ blocks, folder, view, env }, address) };
}

function optionOf(argv: readonly string[], name: string, letter: string): string | undefined {
  for (const [i, word] of argv.entries()) {
    const [, joined] = new RegExp(`^(?:--?${name}|-${letter})(?:=(.*))?$`, "s").exec(word) ?? [];
    if (joined !== undefined) return joined;
    if ([`--${name}`, `-${name}`, `-${letter}`].includes(word)) return argv[i + 1];
  }
  return undefined;
}

function notRead(reason: string): NoAnswer {
  return new NoAnswer("unclear", `Caddy's configuration is not read here: ${reason}`, GIVE_ROOT);
}
