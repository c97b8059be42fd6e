/** The process that runs the cases, and what it tells, under time limits. */
import { fairClock, within } from "../../core/util/retry.ts";
import type { Context } from "../context.ts";
import { type JudgeEvent, type JudgeTask, TASK_VARIABLE } from "./channel.ts";

/** What is learnt of the process. */
type Observation =
  | JudgeEvent
  /** It printed something that is no event. */
  | { readonly kind: "printed"; readonly text: string }
  /** It ended before the first case: the command line or the adapter's file is wrong. */
  | { readonly kind: "refused"; readonly status: number };

/** When the process is stopped: by a fair clock, so that a busy machine fails nobody. */
interface Limits {
  /** Milliseconds without an event. */
  readonly silence: number;
  /** Milliseconds that are left for all cases. */
  left(): number;
}

/**
 * Starts this program once more, with the same command line, to run the cases; it is gone once this
 * is disposed of.
 */
export function startJudge(
  context: Context,
  task: Omit<JudgeTask, "token">,
  limits: Limits,
): AsyncDisposable & { readonly events: AsyncIterable<Observation> } {
  const token = `binimport-${crypto.randomUUID()} `;
  const [program = "", ...args] = context.self ?? [];
  const child = new Deno.Command(program, {
    args: [...args, ...context.args],
    env: { ...context.kept, [TASK_VARIABLE]: JSON.stringify({ ...task, token }) },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stop = () => {
    try {
      child.kill("SIGKILL");
    } catch { /* it has ended */ }
  };
  context.signal.addEventListener("abort", stop, { once: true });
  return {
    events: observe(child, token, limits, context),
    async [Symbol.asyncDispose]() {
      context.signal.removeEventListener("abort", stop);
      stop();
      await child.status;
    },
  };
}

async function* observe(
  child: Deno.ChildProcess,
  token: string,
  { silence, left }: Limits,
  context: Context,
): AsyncGenerator<Observation> {
  const told = forward(child.stderr, context);
  const lines = linesOf(child.stdout);
  let begun = false;
  for (;;) {
    const limit = Math.min(silence, left());
    const late = new Error(
      limit < silence
        ? "expected all cases to be over within a minute, got this one still under way"
        : `expected the case to end, got a process that was busy for ${silence / 1000} s`,
    );
    const read = await within(lines.next(), limit, () => late, fairClock()).catch((error) => {
      if (error !== late) throw error;
    });
    context.signal.throwIfAborted();
    if (read === undefined) return yield { kind: "stopped", how: late.message };
    if (read.done) break;
    if (!read.value.startsWith(token)) {
      if (read.value !== "") yield { kind: "printed", text: `${read.value}\n` };
      continue;
    }
    const event: JudgeEvent = JSON.parse(read.value.slice(token.length));
    begun ||= event.kind === "begin";
    yield event;
    if (event.kind === "end" || event.kind === "stopped") return;
  }
  const { code } = await child.status;
  if (!begun) return yield { kind: "refused", status: code };
  const last = (await told).trim().split("\n").slice(-3).join(" ").slice(0, 300);
  const how = `expected the case to end, got the end of the process, status ${code}`;
  yield { kind: "stopped", how: last === "" ? how : `${how}: ${last}` };
}

/** Passes on what it tells people; gives the end of it. */
async function forward(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  { stderr }: Context,
): Promise<string> {
  let end = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    stderr.write(text);
    end = (end + text).slice(-1000);
  }
  return end;
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
