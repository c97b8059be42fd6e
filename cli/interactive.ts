/** Walking a person through an import who typed `binimport` and nothing else. */
import { packagesHere } from "../core/packages/mod.ts";
import { BinimportError, messageOf } from "../core/util/errors.ts";
import { shellWord } from "../core/util/hints.ts";
import type { Ask, Context } from "./context.ts";

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
An empty answer takes what stands in brackets. Ctrl-C leaves; nothing is changed before
the last question.

`;

const TARGETS = `
Where to?
  1  a folder that nginx, or another web server, serves on this host
  2  what is mounted into an nginx container on this host
  3  MinIO, or another S3 store
  4  an HTTP store: Nexus, Artifactory, WebDAV
`;

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
  const { ask, args, env, stderr } = context;
  if (args.length > 0 || ask === undefined) return undefined;
  if (ANSWERS.some((name) => env(name) !== undefined)) return undefined;
  stderr.write(WELCOME);
  const walker: Walker = { ...asker(ask, env("HOME")), context };
  const packages = await askPackages(walker);
  stderr.write(TARGETS);
  const { args: target, secrets = {} } = await askTarget(walker);
  const config = await walker.file("clusterConfig.yaml to set the address in (none)");
  const cluster = config === "" ? [] : ["--cluster-config", config, "--write-config"];
  const command = ["import", ...packages, ...target, ...cluster];
  const read = Object.keys(secrets).map((name) => `  read -rs ${name}; export ${name}\n`);
  stderr.write(
    `\nThe same without questions:\n${read.join("")}  binimport ${
      command.map(shellWord).join(" ")
    }\n\n`,
  );
  if (/^y/i.test(walker.question("Do it now?", "y"))) return { args: command, secrets };
  throw left();
}

function left(): BinimportError {
  return new BinimportError("aborted", "Left without changing anything");
}

/** Who asks, and of whose process. */
interface Walker {
  readonly context: Context;
  /** The answer, or else the fallback; an empty text without one. */
  question(text: string, fallback?: string): string;
  /** As `question`, but nothing that is typed is shown. */
  hidden(text: string): string;
  /** A file that can be read; empty when there is none. */
  file(text: string): Promise<string>;
}

function asker(ask: Ask, home: string | undefined): Omit<Walker, "context"> {
  const answer = (text: string, hidden = false) => {
    const given = ask(text, hidden);
    if (given === null) throw left();
    return hidden ? given : atHome(given.trim(), home);
  };
  const question: Walker["question"] = (text, fallback) =>
    answer(fallback === undefined ? `${text}:` : `${text} [${fallback}]:`) || (fallback ?? "");
  return {
    question,
    hidden: (text) => answer(`${text}:`, true),
    async file(text) {
      for (let note = "";;) {
        const path = question(note + text);
        if (path === "") return "";
        const state = await stateOf(path);
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
    return error instanceof Deno.errors.NotFound ? "there is none" : messageOf(error).split(":")[0];
  }
}

async function askPackages({ question, context: { stderr } }: Walker): Promise<string[]> {
  const here = (await packagesHere(undefined)).map(({ name }) => name);
  const text = "Packages, with spaces between them";
  for (;;) {
    const answer = question(text, here.length === 0 ? undefined : here.join(" "));
    const whole = answer !== "" && !(await isMissing(answer)); // its name may hold a space
    const packages = whole ? [answer] : answer.split(/\s+/).filter(Boolean);
    const missing = await Promise.all(packages.map(isMissing));
    const absent = packages.filter((_, i) => missing[i]);
    if (packages.length > 0 && absent.length === 0) return packages;
    stderr.write(absent.length === 0 ? "" : `There is no ${absent.map(shellWord).join(", ")}\n`);
  }
}

async function isMissing(path: string): Promise<boolean> {
  if (/^https?:/i.test(path)) return false;
  return await Deno.stat(path).then(() => false, () => true);
}

type Target = Pick<Walked, "args"> & Partial<Walked>;

async function askTarget(walker: Walker): Promise<Target> {
  for (;;) {
    switch (walker.question("1 to 4", "1")) {
      case "1":
        return askWebServer(walker);
      case "2":
        return askContainer(walker);
      case "3":
        return await askStore(walker);
      case "4":
        return await askHttpStore(walker);
    }
  }
}

const URL_QUESTION = "The address that nodes use, such as http://10.0.1.1:8080/";

function askWebServer({ question }: Walker): Target {
  const url = question(`${URL_QUESTION} (none)`);
  const root = question(
    url === "" ? "The folder that it serves" : "The folder that it serves (found by the address)",
    url === "" ? "/usr/share/nginx/html" : undefined,
  );
  return { args: [...option("--root", root), ...option("--url", url)] };
}

function askContainer({ question }: Walker): Target {
  const container = question("The container's name (the one that serves the address)");
  let url = question(container === "" ? URL_QUESTION : `${URL_QUESTION} (none)`);
  while (container === "" && url === "") url = question(URL_QUESTION);
  const args = [...option("--container", container), ...option("--url", url)];
  return { args: ["--adapter", "container", ...args] };
}

async function askStore(walker: Walker): Promise<Target> {
  const endpoint = walker.question("Its address", "http://127.0.0.1:9000");
  const bucket = walker.question("The bucket", "kubean");
  const { args, secrets } = await askUser(walker);
  return {
    args: ["--adapter", "minio", "--endpoint", endpoint, "--bucket", bucket, ...args],
    secrets,
  };
}

async function askHttpStore(walker: Walker): Promise<Target> {
  let endpoint = "";
  while (endpoint === "") endpoint = walker.question("The address of its folder or repository");
  const { args, secrets } = await askUser(walker);
  const token = args.length > 0 ? "" : await walker.file("File that holds a token (none)");
  return {
    args: [
      "--adapter",
      "http-put",
      "--endpoint",
      endpoint,
      ...args,
      ...option("--token-file", token),
    ],
    secrets,
  };
}

/** The password comes from its variable, from a file, or is typed unseen. */
async function askUser(
  { question, hidden, file, context: { env } }: Walker,
): Promise<Pick<Walked, "args" | "secrets">> {
  const username = question("User name (none)");
  if (username === "") return { args: [], secrets: {} };
  const args = ["--username", username];
  if (env("BINIMPORT_PASSWORD") !== undefined) return { args, secrets: {} };
  const path = await file("File that holds the password (none: it is typed, unseen)");
  if (path !== "") return { args: [...args, "--password-file", path], secrets: {} };
  let password = "";
  while (password === "") password = hidden("Password");
  return { args, secrets: { BINIMPORT_PASSWORD: password } };
}

function option(flag: string, value: string): string[] {
  return value === "" ? [] : [flag, value];
}
