/** The process that runs the cases, and what it tells, under time limits. */
import { fairClock, within } from "../../core/util/retry.ts";
import type { Context } from "../context.ts";
import { type JudgeEvent, type JudgeTask, taskVariable } from "./channel.ts";

/** What is learnt of the process. */
export type Observation =
  | JudgeEvent
  /** It printed something that is no event. */
  | { readonly kind: "printed"; readonly text: string }
  /** It ended before the first case: the command line or the adapter's file is wrong. */
  | { readonly kind: "refused"; readonly status: number };

/** When the process is stopped: by a fair clock, so that a busy machine fails nobody. */
export interface Limits {
  /** Milliseconds without an event. */
  readonly silence: number;
  /** Milliseconds that are left for all cases. */
  left(): number;
}

/** A process under way; it is gone once this is disposed of. */
export interface Judge extends AsyncDisposable {
  readonly events: AsyncIterable<Observation>;
}

/** Starts this program once more, with the same command line, to run the cases. */
export function startJudge(
  context: Context,
  task: Omit<JudgeTask, "token">,
  limits: Limits,
): Judge {
  const token = `binimport-${crypto.randomUUID()} `;
  const [program = "", ...args] = context.self ?? [];
  const child = new Deno.Command(program, {
    args: [...args, ...context.args],
    env: { ...context.kept, ...taskVariable({ ...task, token }) },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stop = () => kill(child);
  context.signal.addEventListener("abort", stop, { once: true });
  const told = forward(child.stderr, context);
  return {
    events: observe(child, token, limits, told, context),
    async [Symbol.asyncDispose]() {
      context.signal.removeEventListener("abort", stop);
      kill(child);
      await child.status;
    },
  };
}

async function* observe(
  child: Deno.ChildProcess,
  token: string,
  { silence, left }: Limits,
  told: Promise<string>,
  { signal }: Context,
): AsyncGenerator<Observation> {
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(lineStream());
  const reader = lines.getReader();
  let begun = false;
  for (;;) {
    const limit = Math.min(silence, left());
    const late = new Error(limit < silence ? TIME_IS_UP : busyFor(silence));
    const read = await within(reader.read(), limit, () => late, fairClock())
      .catch((error) => {
        if (error !== late) throw error;
        reader.cancel().catch(() => {});
      });
    signal.throwIfAborted();
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
  yield { kind: "stopped", how: endedWith(code, await told) };
}

const TIME_IS_UP = "expected all cases to be over within a minute, got this one still under way";

function busyFor(silence: number): string {
  return `expected the case to end, got a process that was busy for ${silence / 1000} s`;
}

function endedWith(code: number, stderr: string): string {
  const last = stderr.trim().split("\n").slice(-3).join(" ").slice(0, 300);
  return `expected the case to end, got the end of the process, status ${code}${
    last && `: ${last}`
  }`;
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

function lineStream(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(text, controller) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) controller.enqueue(line);
    },
    flush(controller) {
      if (rest !== "") controller.enqueue(rest);
    },
  });
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch { /* it has ended */ }
}
