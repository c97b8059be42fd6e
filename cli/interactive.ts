/** Walking a person through an import who typed `binimport` and nothing else. */
import { packagesHere } from "../core/packages/mod.ts";
import { systemState } from "../core/util/errno.ts";
import { BinimportError } from "../core/util/errors.ts";
import { shellWord } from "../core/util/hints.ts";
import { locateInContainer } from "../locate/containers/mod.ts";
import { type FolderAnswer, locate, parseBaseAddress } from "../locate/mod.ts";
import type { Context } from "./context.ts";
import { chosenContainer, variableName } from "./options/mod.ts";
import { wrapText } from "./output/mod.ts";

/** Variables that say what to do, so that nothing has to be asked. */
const ANSWERS = [
  ...["BINARIRES_PKG_PATH", "COMPONENT_TOOLS_PATH", "MAPPING_PATH"],
  ...["adapter", "to", "root", "url", "endpoint"].map(variableName),
];

const WELCOME = `binimport puts offline packages where a cluster's nodes fetch them.
Press Enter to accept the value in brackets, Ctrl-C to quit.
Nothing is changed before the last question.

`;

const URL_QUESTION = "URL that nodes use, such as http://10.0.1.1:8080/";

/** Places to import into, each with the questions that name it; they give its flags. */
const PLACES: readonly (readonly [string, (walker: Walker) => string[] | Promise<string[]>])[] = [
  ["a folder on this host that nginx or another web server serves", async (walker) => {
    const { question, address, found, context } = walker;
    const url = address(`${URL_QUESTION} (optional)`, "");
    const root = url === ""
      ? question("Folder that it serves", "/usr/share/nginx/html")
      : question("Folder that it serves (default: found by the URL)");
    const nginxConf = context.env("BINIMPORT_NGINX_CONF");
    if (root === "") found(await locate(parseBaseAddress(url), { nginxConf }));
    return flags({ root, url });
  }],
  ["a folder that is mounted into an nginx container on this host", async (walker) => {
    const { question, address, found, context } = walker;
    const name = "Name of the container, or kubectl/NAMESPACE/POD";
    const container = question(`${name} (default: the one that serves the URL)`);
    const url = container === ""
      ? address(URL_QUESTION)
      : address(`${URL_QUESTION} (optional)`, "");
    const given = { flags: container === "" ? {} : { container } };
    const choice = await chosenContainer(given, { context, report: { warn() {} } });
    const base = url === "" ? undefined : parseBaseAddress(url);
    found(await locateInContainer(base, choice, context));
    return flags({ adapter: "container", container, url });
  }],
  ["MinIO or another S3 store", async ({ question, address, user }) => {
    const endpoint = address("Endpoint", "http://127.0.0.1:9000", /^[\w-]+$/);
    const bucket = question("Bucket", "kubean");
    return [...flags({ adapter: "minio", endpoint, bucket }), ...await user()];
  }],
  ["an HTTP store: Nexus, Artifactory, WebDAV", async ({ address, file, user }) => {
    const endpoint = address("URL of the folder or repository");
    const named = await user();
    const token = named.length > 0 ? "" : await file("Token file (optional)");
    return [...flags({ adapter: "http-put", endpoint, "token-file": token }), ...named];
  }],
];

/**
 * Asks; gives the command line that the answers amount to, and secrets by variable, which nothing
 * shows. No arguments without a person to ask, or a need to. Throws code `aborted` when they leave.
 */
export async function walk(
  context: Context,
): Promise<{ readonly args: string[]; readonly secrets?: Readonly<Record<string, string>> }> {
  const { env, ask, stderr } = context;
  if (ask === undefined || ANSWERS.some((name) => env(name) !== undefined)) return { args: [] };
  const walker = walkerFor(context);
  const { say, question, file, secrets } = walker;
  say(WELCOME);
  const packages = await askPackages(walker);
  let target;
  while (target === undefined) target = await askPlace(walker);
  const hasAddress = target.includes("--url") || target.includes("--endpoint");
  const config = hasAddress
    ? await file("clusterConfig.yaml to set the address in (optional)")
    : "";
  const cluster = config === "" ? [] : ["--cluster-config", config, "--write-config"];
  const args = ["import", ...packages, ...target, ...cluster];
  const read = Object.keys(secrets).map((name) => `  read -rs ${name}; export ${name}\n`);
  const command = `  binimport ${args.map(shellWord).join(" ")}\n`;
  const isOneWordEach = args.every((arg) => shellWord(arg) === arg);
  stderr.write(`\nThe same without questions:\n${read.join("")}`);
  stderr.write(`${isOneWordEach ? wrapText(command, stderr.columns()) : command}\n`);
  if (/^y/i.test(question("Import now?", "y"))) return { args, secrets };
  throw left();
}

/** The flags of a place; none, and why, where the answers lead nowhere. */
async function askPlace(walker: Walker): Promise<string[] | undefined> {
  const { say, question, context } = walker;
  const places = PLACES.map(([place], i) => `  ${i + 1}  ${place}\n`);
  say(`\nWhere should the files go?\n${places.join("")}`);
  let asked;
  while (asked === undefined) asked = PLACES[Number(question(`1 to ${PLACES.length}`, "1")) - 1];
  try {
    return await asked[1](walker);
  } catch (error) {
    if (!(error instanceof BinimportError) || error.code === "aborted") throw error;
    context.signal.throwIfAborted();
    say(`${error.message}\n  ${error.hint}\n`);
    return undefined;
  }
}

const left = () => new BinimportError("aborted", "Cancelled: nothing was changed");

type Walker = ReturnType<typeof walkerFor>;

function walkerFor(context: Context) {
  const { env, ask, stderr } = context;
  const say = (text: string) => stderr.write(wrapText(text, stderr.columns()));
  const home = env("HOME");
  const secrets: Record<string, string> = {};
  const answer = (text: string, hidden: boolean) => {
    const given = ask?.(wrapText(`${text}:`, stderr.columns()), hidden) ?? null;
    if (given === null) throw left();
    // As a shell reads `~` and `~/…`.
    return hidden ? given : given.trim().replace(/(?<=^|\s)~(?=\/|\s|$)/g, home ?? "~");
  };
  /** The answer, or else the fallback; an empty text without one. */
  const question = (text: string, fallback = "") =>
    answer(fallback === "" ? text : `${text} [${fallback}]`, false) || fallback;
  /** An answer that is typed unseen, and not empty. */
  const secret = (text: string) => {
    for (;;) {
      const given = answer(text, true);
      if (given !== "") return given;
    }
  };
  /** An address, or what else is taken. It has to be given where there is no fallback. */
  const address = (text: string, fallback?: string, other?: RegExp) => {
    for (let note = "";;) {
      const given = question(note + text, fallback);
      if (given === fallback || /^https?:\/\/[^/]/i.test(given) || other?.test(given)) return given;
      note = "An address begins with http:// or https://. ";
    }
  };
  const found = ({ path }: FolderAnswer) => say(`Files go to ${shellWord(path)}.\n`);
  /** A file that can be read; empty when there is none. */
  const file = async (text: string) => {
    for (let note = "";;) {
      const path = question(note + text);
      const state = path === "" ? undefined : await stateOf(path);
      if (state === undefined) return path;
      note = `That file cannot be read: ${state}. `; // not named: it may be a password
    }
  };
  /** The flags of a user. The password comes from its variable, from a file, or is typed unseen. */
  const user = async () => {
    const username = question("User name (optional)");
    if (username === "" || env("BINIMPORT_PASSWORD") !== undefined) return flags({ username });
    const path = await file("Password file (default: type the password, hidden)");
    if (path === "") secrets["BINIMPORT_PASSWORD"] = secret("Password");
    return flags({ username, "password-file": path });
  };
  return { context, secrets, say, question, address, found, file, user };
}

/** Why a file cannot be read; undefined when it can. */
async function stateOf(path: string): Promise<string | undefined> {
  try {
    const { size, isDirectory } = await Deno.stat(path);
    (await Deno.open(path)).close();
    return isDirectory ? "it is a folder" : size === 0 ? "it is empty" : undefined;
  } catch (error) {
    return systemState(error);
  }
}

async function askPackages({ question, say }: Walker): Promise<string[]> {
  const here = (await packagesHere(undefined)).map(({ name }) => name);
  const isThere = async (path: string) =>
    /^https?:/i.test(path) || await Deno.stat(path).then(() => true, () => false);
  for (;;) {
    const answer = question("Packages, separated by spaces", here.join(" "));
    if (answer === "") continue;
    const isWhole = await isThere(answer); // its name may hold a space
    const packages = isWhole ? [answer] : answer.split(/\s+/);
    const there = await Promise.all(packages.map(isThere));
    const absent = packages.filter((_, i) => !there[i]);
    if (absent.length === 0) return packages;
    say(`Not found: ${absent.map(shellWord).join(", ")}\n`);
  }
}

function flags(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === "" ? [] : [`--${name}`, value]
  );
}
