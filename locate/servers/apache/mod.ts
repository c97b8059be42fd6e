/** Apache httpd: which configuration a running one reads. */
import { Buffer } from "node:buffer";
import { type Opened, type Running, type ServerKind, unclear } from "../server.ts";
import { readConfiguration } from "./parse.ts";
import { resolve, userOf } from "./resolve.ts";
import { absolute, type ReadingState } from "./sections.ts";

/** Apache httpd, as `apache2` on Debian and `httpd` elsewhere. */
export const apache: ServerKind = {
  name: "Apache httpd",
  programs: ["apache2", "httpd"],
  open,
};

async function open(running: Running): Promise<Opened> {
  const { view } = running;
  const options = optionsOf(running);
  const program = Buffer.from(running.program());
  const state: ReadingState = {
    view,
    serverRoot: (options.root ?? builtInPath(program, "HTTPD_ROOT") ?? "/usr/local/apache2")
      .replace(/\/+$/, ""),
    defined: new Map(options.defined.map((name) => [name, ""])),
    loaded: new Set(),
    builtIn: (name) => program.includes(`\0${name}\0`),
    env: running.env,
  };
  const file = options.file ?? builtInPath(program, "SERVER_CONFIG_FILE") ?? "conf/httpd.conf";
  const confPath = absolute(file, state);
  const main = await readConfiguration(confPath, state);
  const configuration = { main, state };
  const user = userOf(main);
  return {
    confPath,
    resolve: (address) => resolve(configuration, address),
    ...(user === undefined ? {} : { user }),
  };
}

/** As `httpd -V` prints it: the text stands in the program. */
function builtInPath(program: Buffer, name: string): string | undefined {
  const mark = ` -D ${name}="`;
  const start = program.indexOf(mark);
  if (start < 0) return undefined;
  const from = start + mark.length;
  return program.subarray(from, program.indexOf('"', from)).toString("utf8");
}

interface Options {
  readonly root: string | undefined;
  readonly file: string | undefined;
  readonly defined: readonly string[];
}

function optionsOf({ argv: [program = "", ...argv] }: Running): Options {
  const given = new Map<string, string[]>();
  for (let i = 0; i < argv.length; i++) {
    const [, letter, joined] = /^-([dfDCckeE])(.*)$/s.exec(argv[i] ?? "") ?? [];
    if (letter === undefined) continue;
    const value = joined || argv[++i] || "";
    given.set(letter, [...given.get(letter) ?? [], value]);
  }
  if (given.has("C") || given.has("c")) {
    const place = { file: program, line: 1 };
    throw unclear([program, ...argv].join(" "), place, "gives directives on its command line");
  }
  const only = (letter: string) => given.get(letter)?.at(-1);
  return { root: only("d"), file: only("f"), defined: given.get("D") ?? [] };
}
