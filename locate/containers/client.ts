/** The client program of a container runtime, ready to be asked. */
import { statSync } from "node:fs";
import type { ErrorCode } from "../../core/util/errors.ts";
import { type Json, parseJson } from "../../core/util/json.ts";
import { ChildFailure, type Ended, runChild } from "./subprocess.ts";

export interface Tool {
  readonly program: string;
  /** The environment variables that it is given, of those that are asked for here. */
  env(name: string): string | undefined;
  /** Runs it to its end, whatever its exit status. Rejects with {@linkcode ToolFailure}. */
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
}

export interface RunOptions {
  /** Bytes of output that are read. Default: 32 MiB. */
  readonly outputLimit?: number;
  /** What lies beyond is not wanted. Default: it is an error. */
  readonly beyond?: "cut";
}

/** A runtime gives no answer. The message is the state, to stand behind `Cannot ask docker: `. */
export class ToolFailure extends Error {
  /** Takes what kind of failure it is, the state, and what to do. */
  constructor(
    readonly code: Extract<ErrorCode, "forbidden" | "unavailable" | "target">,
    state: string,
    readonly hint: string,
  ) {
    super(state);
    this.name = "ToolFailure";
  }
}

/** A list of hundreds of containers has some MiB. */
const OUTPUT_LIMIT = 32 * 1024 * 1024;

/** How long one call may take, in ms. The slowest in real life is kubectl's first, with 2 s. */
const TIME_LIMIT = 6000;

/** What clients of runtimes go by. Nothing else of our environment is handed on, no secret of ours. */
const VARIABLES = [
  "PATH",
  "HOME",
  "USER",
  "TMPDIR",
  "XDG_RUNTIME_DIR",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "DBUS_SESSION_BUS_ADDRESS",
  "DOCKER_HOST",
  "DOCKER_CONTEXT",
  "DOCKER_CONFIG",
  "DOCKER_CERT_PATH",
  "DOCKER_TLS_VERIFY",
  "DOCKER_API_VERSION",
  "CONTAINER_HOST",
  "CONTAINER_CONNECTION",
  "CONTAINER_SSHKEY",
  "CONTAINERS_CONF",
  "CONTAINERS_STORAGE_CONF",
  "CONTAINERD_ADDRESS",
  "CONTAINERD_NAMESPACE",
  "NERDCTL_TOML",
  "CONTAINER_RUNTIME_ENDPOINT",
  "CRI_CONFIG_FILE",
  "KUBECONFIG",
  "KUBECACHEDIR",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "NO_PROXY",
];

/** The path of a program on `PATH`. */
export function findTool(name: string, path: string | undefined): string | undefined {
  return (path ?? "/usr/bin:/bin").split(":").filter((folder) => folder.startsWith("/"))
    .map((folder) => `${folder}/${name}`).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    const info = statSync(path);
    return info.isFile() && (info.mode & 0o111) !== 0;
  } catch {
    return false;
  }
}

/** A program to be asked until the signal is aborted. */
export function toolAt(
  program: string,
  env: (name: string) => string | undefined,
  signal: AbortSignal,
): Tool {
  const given = VARIABLES.flatMap((name) => {
    const value = env(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const environment = { LC_ALL: "C", ...Object.fromEntries(given) };
  return {
    program,
    env,
    async run(args, { outputLimit = OUTPUT_LIMIT, beyond } = {}) {
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), TIME_LIMIT);
      try {
        return await runChild(program, args, {
          env: environment,
          signal: AbortSignal.any([signal, limit.signal]),
          outputLimit,
          beyond: beyond ?? "error",
        });
      } catch (error) {
        throw failureOf(error, limit.signal.aborted, signal.aborted);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function failureOf(error: unknown, late: boolean, stopped: boolean): unknown {
  if (!(error instanceof ChildFailure)) return error;
  if (late || stopped) {
    const state = `it gave no answer ${late ? `within ${TIME_LIMIT / 1000} s` : "in time"}`;
    return new ToolFailure("unavailable", state, "Look whether its daemon hangs; then try again.");
  }
  return new ToolFailure("unavailable", error.message, "Try the command by hand.");
}

/** As {@linkcode Tool.run}, where no answer is as good as a failure. */
export async function attempt(
  tool: Tool,
  args: readonly string[],
  options?: RunOptions,
): Promise<Ended> {
  try {
    return await tool.run(args, options);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    return { status: undefined, stdout: new Uint8Array(0), stderr: error.message };
  }
}

/** What was answered of several questions: one without an answer does not spoil the others. */
export async function answered<T>(questions: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(questions);
  const failure = settled.find((one) => one.status === "rejected");
  const answers = settled.filter((one) => one.status === "fulfilled").map(({ value }) => value);
  if (failure !== undefined && answers.length === 0) throw failure.reason;
  return answers;
}

/** What it printed, as JSON. Throws {@linkcode ToolFailure} where it is none. */
export function jsonOf({ stdout }: Ended): Json {
  const text = new TextDecoder().decode(stdout);
  // Some say something before it.
  const value = parseJson(text) ?? parseJson(text.slice(Math.max(0, text.search(/^[[{]/m))));
  if (value !== undefined) return value;
  const [first = ""] = text.trim().split("\n", 1);
  throw new ToolFailure(
    "target",
    `it answers with something else than JSON: ${JSON.stringify(first.slice(0, 80))}`,
    "Look at what stands on PATH under that name.",
  );
}

/** The failure of a program that ended with an exit status, told by its own words. */
export function refusalOf({ status, stderr }: Ended): ToolFailure {
  const said = saidIn(stderr);
  const state = said === "" ? `it ended with status ${status}` : said;
  const missing = missingRight(stderr);
  if (missing !== undefined) return missing;
  const [, code, hint] = REFUSALS.find(([words]) => words.test(stderr)) ?? UNKNOWN_REFUSAL;
  return new ToolFailure(code, state, hint);
}

type Refusal = readonly [words: RegExp, code: "forbidden" | "unavailable", hint: string];

/** What clients say of it, the surest first. */
const REFUSALS: readonly Refusal[] = [
  [
    /logged in to the server|provide credentials/i,
    "forbidden",
    "Use a kubeconfig that is valid; kubeadm certs check-expiration shows until when.",
  ],
  [
    /x509: /,
    "unavailable",
    "Check this host's clock and the certificates: kubeadm certs check-expiration.",
  ],
  [
    /permission denied|forbidden|unauthorized|must be (?:run as )?root|requires? root/i,
    "forbidden",
    "Run as root, or as a user who may use it.",
  ],
];

const UNKNOWN_REFUSAL: Refusal = [
  /^/,
  "unavailable",
  "Check that it runs here and answers: try it by hand.",
];

/** What Kubernetes' roles do not allow: its own words have the user, the verb and the resource. */
export function missingRight(stderr: string): ToolFailure | undefined {
  const [, verb = "", resource = "", rest = ""] =
    /User "[^"]*" cannot (\w+) resource "([^"]*)"([^\n]*)/.exec(stderr) ?? [];
  if (resource === "") return undefined;
  const kind = /at the cluster scope/.test(rest) ? "clusterrole" : "role";
  const role = `kubectl create ${kind} NAME --verb=${verb} --resource=${resource}`;
  const hint =
    `Bind a role that allows it (${role}), or ask the runtime of the node: --runtime crictl.`;
  return new ToolFailure("forbidden", saidIn(stderr), hint);
}

/** What is shown of one line. */
const SAID_LIMIT = 200;

/** The last line that is no warning, fit to print. */
export function saidIn(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const errors = lines.filter((line) => !/level=(?:warning|info|debug)|^(?:WARN|INFO)/.test(line));
  const last = errors.at(-1) ?? lines.at(-1) ?? "";
  // Off a terminal logrus has it as time="…" level=fatal msg="…".
  const [, message] = /\blevel=\w+ msg=("(?:[^"\\]|\\.)*")/.exec(last) ?? [];
  const plain = message === undefined ? last : String(parseJson(message) ?? last);
  return shortened(plain.replace(/\p{C}+/gu, " "));
}

/** The reason stands at the end: gRPC puts it behind whatever was tried. */
function shortened(text: string): string {
  if (text.length <= SAID_LIMIT) return text;
  const begin = text.slice(0, SAID_LIMIT / 3);
  return `${begin}…${text.slice(begin.length + 1 - SAID_LIMIT)}`;
}
