/** The client programs of runtimes: run by argv, never through a shell, with limits of time and output. */
import { Buffer } from "node:buffer";
import { statSync } from "node:fs";
import { semaphore } from "../../core/util/concurrency.ts";
import { messageOf } from "../../core/util/errors.ts";
import { type Json, parseJson } from "../../core/util/json.ts";
import { abortable } from "../../core/util/streams.ts";
import { tried } from "../../core/util/tried.ts";
import { refusalOf, ToolFailure } from "./refusal.ts";

/** A client, ready to be asked. */
export interface Tool {
  /** The environment variables that it is given, of those that are asked for here. */
  env(name: string): string | undefined;
  /** Runs it to its end. More than 32 MiB of output are a failure. */
  run(args: readonly string[]): Promise<Ended>;
}

/** The same client, always with these arguments first. */
export function withArguments(tool: Tool, before: readonly string[]): Tool {
  return { ...tool, run: (args) => tool.run([...before, ...args]) };
}

/** What a call came to. */
export interface Ended {
  /** Its exit status; undefined when it was stopped. */
  readonly status: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: string;
  /** Why there is no answer, where there is none. */
  readonly failure?: ToolFailure;
}

/** In bytes. A list of hundreds of containers has some MiB. */
const OUTPUT_LIMIT = 32 * 1024 * 1024;
const STDERR_LIMIT = 64 * 1024;

/** How long one call may take, in ms. The slowest in real life is kubectl's first, with 2 s. */
const TIME_LIMIT = 6000;

/** Children at once: a node has hundreds of containers, and a process may have few open files. */
const MAX_CHILDREN = 16;

/** What clients of runtimes go by. Nothing else of our environment is handed on, no secret of ours. */
const VARIABLES = `
  PATH HOME USER TMPDIR XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_DATA_HOME DBUS_SESSION_BUS_ADDRESS
  DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG DOCKER_CERT_PATH DOCKER_TLS_VERIFY DOCKER_API_VERSION
  CONTAINER_HOST CONTAINER_CONNECTION CONTAINER_SSHKEY CONTAINERS_CONF CONTAINERS_STORAGE_CONF
  CONTAINERD_ADDRESS CONTAINERD_NAMESPACE NERDCTL_TOML CONTAINER_RUNTIME_ENDPOINT CRI_CONFIG_FILE
  KUBECONFIG KUBECACHEDIR SSL_CERT_FILE SSL_CERT_DIR HTTPS_PROXY HTTP_PROXY NO_PROXY
`.trim().split(/\s+/);

/** A program on `PATH`, to be asked until the signal is aborted; undefined where it is not there. */
export function findTool(name: string, env: Tool["env"], signal: AbortSignal): Tool | undefined {
  const folders = (env("PATH") ?? "/usr/bin:/bin").split(":");
  const program = folders.filter((folder) => folder.startsWith("/"))
    .map((folder) => `${folder}/${name}`)
    .find((file) => {
      const info = tried(() => statSync(file)); // some folders may not be entered
      return info?.isFile() && (info.mode & 0o111) !== 0;
    });
  if (program === undefined) return undefined;
  const given = VARIABLES.map((name) => [name, env(name)] as const)
    .filter((pair): pair is [string, string] => pair[1] !== undefined);
  const environment = { LC_ALL: "C", ...Object.fromEntries(given) };
  const places = semaphore(MAX_CHILDREN);
  return {
    env,
    async run(args) {
      const leave = await places.acquire();
      const limit = AbortSignal.timeout(TIME_LIMIT);
      const stop = AbortSignal.any([signal, limit]);
      try {
        stop.throwIfAborted();
        const child = new Deno.Command(program, {
          args: [...args],
          env: environment,
          clearEnv: true,
          stdin: "null",
          stdout: "piped",
          stderr: "piped",
          detached: true, // a process group of its own, to be ended with all that it started
        }).spawn();
        const ended = await endOf(child, stop);
        stop.throwIfAborted();
        return ended;
      } catch (error) {
        if (limit.aborted) return unanswered(silent(`within ${TIME_LIMIT / 1000} s`));
        if (signal.aborted) return unanswered(silent("in time"));
        return failed(`it cannot be started: ${messageOf(error)}`);
      } finally {
        leave();
      }
    },
  };
}

/** What a call comes to that could not be made, or not to its end. */
export function unanswered(failure: ToolFailure): Ended {
  return { status: undefined, stdout: new Uint8Array(0), stderr: failure.message, failure };
}

/** No answer for so long. */
export function silent(time: string): ToolFailure {
  const hint = "Check whether its daemon hangs, then try again.";
  return new ToolFailure("unavailable", `it gave no answer ${time}`, { hint });
}

function failed(state: string): Ended {
  return unanswered(new ToolFailure("unavailable", state, { hint: "Try the command by hand." }));
}

/** Waits for a child's end, or brings it about: at the signal, and at the limit of its output. */
async function endOf(child: Deno.ChildProcess, stop: AbortSignal): Promise<Ended> {
  const end = () => tried(() => Deno.kill(-child.pid, "SIGKILL")); // nobody may be left
  stop.addEventListener("abort", end, { once: true });
  try {
    const answered = readUpTo(OUTPUT_LIMIT, child.stdout, stop).then((read) => {
      if (read.isCut) end();
      return read;
    });
    const said = readUpTo(STDERR_LIMIT, child.stderr, stop);
    const [{ bytes: stdout, isCut }, { bytes }] = await Promise.all([answered, said]);
    const { code } = await child.status;
    if (isCut) return failed(`it answers with more than ${OUTPUT_LIMIT / 1024 / 1024} MiB`);
    return { status: code, stdout, stderr: new TextDecoder().decode(bytes).trim() };
  } finally {
    stop.removeEventListener("abort", end);
  }
}

/** Rejects at the signal: what left the process group could keep a pipe open for ever. */
async function readUpTo(limit: number, stream: ReadableStream<Uint8Array>, signal: AbortSignal) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of abortable(stream, signal)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, limit), isCut: size > limit };
}

/** What it printed; `missing` are words of a failure that only means that there is no such thing. */
export async function askText(
  tool: Tool,
  args: readonly string[],
  missing?: RegExp,
): Promise<string> {
  const { status, stdout, stderr, failure } = await tool.run(args);
  if (failure !== undefined) throw failure;
  if (status !== 0 && missing?.test(stderr) !== true) throw refusalOf(stderr, status);
  return new TextDecoder().decode(stdout).trim();
}

/** The same as JSON, which it has to be; undefined where there is no such thing. */
export async function askJson(
  tool: Tool,
  args: readonly string[],
  missing?: RegExp,
): Promise<Json | undefined> {
  const text = await askText(tool, args, missing);
  if (text === "" && missing !== undefined) return undefined;
  const value = parseJson(text) ?? valueIn(text);
  if (value !== undefined) return value;
  const said = JSON.stringify(text.split("\n", 1)[0]?.slice(0, 80));
  const hint = "Look at what stands on PATH under that name.";
  throw new ToolFailure("target", `it answers with something else than JSON: ${said}`, { hint });
}

/** The value among other lines: some clients, and scripts around them, say something before or behind. */
function valueIn(text: string): Json | undefined {
  const end = Math.max(text.lastIndexOf("]"), text.lastIndexOf("}")) + 1;
  return text.matchAll(/^[[{]/gm)
    .map(({ index }) => parseJson(text.slice(index)) ?? parseJson(text.slice(index, end)))
    .find((value) => value !== undefined);
}

/** What was answered of several questions: one without an answer does not spoil the others. */
export async function answered<T>(questions: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(questions);
  const failure = settled.find((one) => one.status === "rejected");
  const answers = settled.filter((one) => one.status === "fulfilled").map(({ value }) => value);
  if (failure !== undefined && answers.length === 0) throw failure.reason;
  return answers;
}
