/** lighttpd: which configuration a running one reads. */
import { resolve as resolvePath } from "node:path";
import { NoAnswer } from "../../result.ts";
import { GIVE_ROOT, type Opened, type Running, type ServerKind } from "../server.ts";
import { readSettings } from "./parse.ts";
import { resolve } from "./resolve.ts";
import type { Setting } from "./settings.ts";

export const lighttpd: ServerKind = { name: "lighttpd", programs: ["lighttpd"], open };

async function open(running: Running): Promise<Opened> {
  const { argv, folder } = running;
  const at = argv.findIndex((word) => word.startsWith("-f"));
  const file = argv[at]?.slice(2) || argv[at + 1];
  if (at < 0 || file === undefined) {
    throw new NoAnswer("unclear", "lighttpd was started without -f FILE", GIVE_ROOT);
  }
  const confPath = resolvePath(folder, file);
  const settings = await readSettings(confPath, running);
  const user = globalText(settings, "server.username");
  const group = globalText(settings, "server.groupname");
  return {
    confPath,
    resolve: (address) => resolve(settings, confPath, address, running.view),
    ...(user === undefined ? {} : { user: group === undefined ? user : `${user}:${group}` }),
  };
}

function globalText(settings: readonly Setting[], name: string): string | undefined {
  const found = settings.findLast(({ key, when }) => key === name && when.length === 0)?.value;
  return typeof found === "string" && found !== "" ? found : undefined;
}
