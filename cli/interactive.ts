/** Walking a person through an import who typed `binimport` and nothing else. */
import { packagesHere } from "../core/packages/mod.ts";
import { BinimportError } from "../core/util/errors.ts";
import { shellWord } from "../core/util/shell_quote.ts";
import type { Context } from "./context.ts";

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
It finds no package here, so it asks. An empty answer takes what stands in brackets;
Ctrl-C leaves, and nothing is done before the last question.

`;

const TARGETS = `
Where to?
  1  a folder that nginx, or another web server, serves on this host
  2  MinIO, or another S3 store
`;

/**
 * The command line that a person's answers amount to; undefined when there is nobody to ask, or
 * something says already what to do. Throws code `aborted` when the person leaves.
 */
export async function walk(context: Context): Promise<string[] | undefined> {
  const { ask, args, env, stderr } = context;
  if (args.length > 0 || ask === undefined) return undefined;
  if (ANSWERS.some((name) => env(name) !== undefined)) return undefined;
  if ((await packagesHere(undefined)).length > 0) return undefined;
  stderr.write(WELCOME);
  const question = (text: string, fallback?: string): string => {
    const answer = ask(fallback === undefined ? `${text}:` : `${text} [${fallback}]:`);
    if (answer === null) throw new BinimportError("aborted", "Left without doing anything");
    return answer.trim() || (fallback ?? "");
  };
  const packages = await askPackages(question, context);
  stderr.write(TARGETS);
  const target = askChoice(question) === "1" ? askWebServer(question) : askStore(question);
  const config = question("clusterConfig.yaml to set the address in (none)");
  const cluster = config === "" ? [] : ["--cluster-config", config, "--write-config"];
  const command = ["import", ...packages, ...target, ...cluster];
  stderr.write(
    `\nThe same without questions:\n  binimport ${command.map(shellWord).join(" ")}\n\n`,
  );
  if (/^y/i.test(question("Do it now?", "y"))) return command;
  throw new BinimportError("aborted", "Left without doing anything");
}

type Question = (text: string, fallback?: string) => string;

async function askPackages(question: Question, { stderr }: Context): Promise<string[]> {
  for (;;) {
    const packages = question("Packages, with spaces between them").split(/\s+/).filter(Boolean);
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

function askChoice(question: Question): "1" | "2" {
  for (;;) {
    const answer = question("1 or 2", "1");
    if (answer === "1" || answer === "2") return answer;
  }
}

function askWebServer(question: Question): string[] {
  const url = question("The address that nodes use, such as http://10.0.1.1:8080/ (none)");
  const root = question(
    url === "" ? "The folder that it serves" : "The folder that it serves (found by the address)",
    url === "" ? "/usr/share/nginx/html" : undefined,
  );
  return [...(root === "" ? [] : ["--root", root]), ...(url === "" ? [] : ["--url", url])];
}

/** A password is not asked for: what is typed here can be seen. */
function askStore(question: Question): string[] {
  const endpoint = question("Its address", "http://127.0.0.1:9000");
  const bucket = question("The bucket", "kubean");
  const username = question("User name (none)");
  const target = ["--adapter", "minio", "--endpoint", endpoint, "--bucket", bucket];
  if (username === "") return target;
  const file = question("File that holds the password (else $BINIMPORT_PASSWORD)");
  return [...target, "--username", username, ...(file === "" ? [] : ["--password-file", file])];
}
