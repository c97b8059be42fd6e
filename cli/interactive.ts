/** Walking a person through an import who typed `binimport` and nothing else. */
import { packagesHere } from "../core/packages/mod.ts";
import { BinimportError, messageOf } from "../core/util/errors.ts";
import { shellWord } from "../core/util/hints.ts";
import type { Context } from "./context.ts";
import { wrapText } from "./output/mod.ts";

/** Variables that say what to do, so that nothing has to be asked. */
const ANSWERS = [
  "BINARIRES_PKG_PATH",
  "COMPONENT_TOOLS_PATH",
  "MAPPING_PATH",
  "BINIMPORT_ADAPTER",
  "BINIMPORT_TO",
  "BINIMPORT_ROOT",
  "BINIMPORT_URL",
  "BINIMPORT_ENDPOINT",
];

const WELCOME = `binimport puts offline packages where a cluster's nodes fetch them.
Press Enter to accept the value in brackets, Ctrl-C to quit.
Nothing is changed before the last question.

`;

/** Places to import into, each with the questions that name it. */
const PLACES: readonly (readonly [string, (walker: Walker) => string[] | Promise<string[]>])[] = [
  ["a folder on this host that nginx or another web server serves", askWebServer],
  ["a folder that is mounted into an nginx container on this host", askContainer],
  ["MinIO or another S3 store", askStore],
  ["an HTTP store: Nexus, Artifactory, WebDAV", askHttpStore],
];

const URL_QUESTION = "URL that nodes use, such as http://10.0.1.1:8080/";

/** What a person's answers amount to. */
export interface Walked {
  readonly args: readonly string[];
  /** A password that was typed, as the variable that gives it. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Asks; undefined when there is nobody to ask, or something says already what to do. Throws code
 * `aborted` when the person leaves. What is typed for a secret is shown by nothing.
 */
export async function walk(context: Context): Promise<Walked | undefined> {
  const { args, env, ask, stderr } = context;
  if (args.length > 0 || ask === undefined) return undefined;
  if (ANSWERS.some((name) => env(name) !== undefined)) return undefined;
  const say = (text: string) => stderr.write(wrapText(text, stderr.columns()));
  say(WELCOME);
  const walker = walkerFor(context);
  const { question, file, secrets } = walker;
  const packages = await askPackages(walker);
  const places = PLACES.map(([place], i) => `  ${i + 1}  ${place}\n`);
  say(`\nWhere should the files go?\n${places.join("")}`);
  let asked;
  while (asked === undefined) asked = PLACES[Number(question(`1 to ${PLACES.length}`, "1")) - 1];
  const target = await asked[1](walker);
  const config = await file("clusterConfig.yaml to set the address in (optional)");
  const cluster = config === "" ? [] : ["--cluster-config", config, "--write-config"];
  const command = ["import", ...packages, ...target, ...cluster];
  const read = Object.keys(secrets).map((name) => `  read -rs ${name}; export ${name}\n`);
  const shown = `${read.join("")}  binimport ${command.map(shellWord).join(" ")}\n`;
  stderr.write(`\nThe same without questions:\n${shown}\n`);
  if (/^y/i.test(question("Import now?", "y"))) return { args: command, secrets };
  throw left();
}

function left(): BinimportError {
  return new BinimportError("aborted", "Cancelled: nothing was changed");
}

/** Who asks, and what was typed for secrets so far. */
interface Walker {
  readonly context: Context;
  readonly secrets: Record<string, string>;
  /** The answer, or else the fallback; an empty text without one. */
  question(text: string, fallback?: string): string;
  /** An answer that is not empty; `hidden` shows nothing that is typed. */
  required(text: string, hidden?: "hidden"): string;
  /** A file that can be read; empty when there is none. */
  file(text: string): Promise<string>;
}

function walkerFor(context: Context): Walker {
  const home = context.env("HOME");
  const answer = (text: string, hidden = false) => {
    const given = context.ask?.(`${text}:`, hidden) ?? null;
    if (given === null) throw left();
    return hidden ? given : atHome(given.trim(), home);
  };
  const question: Walker["question"] = (text, fallback = "") =>
    answer(fallback === "" ? text : `${text} [${fallback}]`) || fallback;
  return {
    context,
    secrets: {},
    question,
    required(text, hidden) {
      for (;;) {
        const given = answer(text, hidden !== undefined);
        if (given !== "") return given;
      }
    },
    async file(text) {
      for (let note = "";;) {
        const path = question(note + text);
        const state = path === "" ? undefined : await stateOf(path);
        if (state === undefined) return path;
        note = `That file cannot be read: ${state}. `; // not named: it may be a password
      }
    },
  };
}

/** As a shell reads `~` and `~/…`. */
function atHome(text: string, home: string | undefined): string {
  return home === undefined ? text : text.replace(/(?<=^|\s)~(?=\/|\s|$)/g, home);
}

/** Why a file cannot be read; undefined when it can. */
async function stateOf(path: string): Promise<string | undefined> {
  try {
    const { size } = await Deno.stat(path);
    (await Deno.open(path)).close();
    return size === 0 ? "it is empty" : undefined;
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "no such file" : messageOf(error).split(":")[0];
  }
}

async function askPackages({ question, context: { stderr } }: Walker): Promise<string[]> {
  const here = (await packagesHere(undefined)).map(({ name }) => name);
  for (;;) {
    const answer = question("Packages, separated by spaces", here.join(" "));
    const isWhole = answer !== "" && !(await isMissing(answer)); // its name may hold a space
    const packages = isWhole ? [answer] : answer.split(/\s+/).filter(Boolean);
    const missing = await Promise.all(packages.map(isMissing));
    const absent = packages.filter((_, i) => missing[i]);
    if (packages.length > 0 && absent.length === 0) return packages;
    if (absent.length > 0) stderr.write(`Not found: ${absent.map(shellWord).join(", ")}\n`);
  }
}

async function isMissing(path: string): Promise<boolean> {
  if (/^https?:/i.test(path)) return false;
  return await Deno.stat(path).then(() => false, () => true);
}

function askWebServer({ question }: Walker): string[] {
  const url = question(`${URL_QUESTION} (optional)`);
  const root = url === ""
    ? question("Folder that it serves", "/usr/share/nginx/html")
    : question("Folder that it serves (default: found by the URL)");
  return flags({ root, url });
}

function askContainer({ question, required }: Walker): string[] {
  const container = question("Name of the container (default: the one that serves the URL)");
  const url = container === "" ? required(URL_QUESTION) : question(`${URL_QUESTION} (optional)`);
  return flags({ adapter: "container", container, url });
}

async function askStore(walker: Walker): Promise<string[]> {
  const endpoint = walker.question("Endpoint", "http://127.0.0.1:9000");
  const bucket = walker.question("Bucket", "kubean");
  return [...flags({ adapter: "minio", endpoint, bucket }), ...await askUser(walker)];
}

async function askHttpStore(walker: Walker): Promise<string[]> {
  const endpoint = walker.required("URL of the folder or repository");
  const user = await askUser(walker);
  const token = user.length > 0 ? "" : await walker.file("Token file (optional)");
  return [...flags({ adapter: "http-put", endpoint }), ...user, ...flags({ "token-file": token })];
}

/** The password comes from its variable, from a file, or is typed unseen. */
async function askUser({ question, required, file, secrets, context }: Walker): Promise<string[]> {
  const username = question("User name (optional)");
  if (username === "" || context.env("BINIMPORT_PASSWORD") !== undefined) {
    return flags({ username });
  }
  const path = await file("Password file (default: type the password, hidden)");
  if (path === "") secrets["BINIMPORT_PASSWORD"] = required("Password", "hidden");
  return flags({ username, "password-file": path });
}

function flags(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === "" ? [] : [`--${name}`, value]
  );
}
