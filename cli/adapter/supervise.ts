/** Has a check run in a process of its own, so that whatever an adapter does there is a verdict. */
import { Command } from "commander";
import {
  conformanceCases,
  type ConformanceResult,
  printedTo,
  SILENCE_CASE,
} from "../../core/storage/conformance/mod.ts";
import { messageOf } from "../../core/util/errors.ts";
import { fairClock, within } from "../../core/util/retry.ts";
import { tried } from "../../core/util/tried.ts";
import { applyVariables } from "../arguments.ts";
import type { Context } from "../context.ts";
import { addOutputFlags, checkedAdapter, type Flags } from "../options/mod.ts";
import { reporter } from "../output/mod.ts";
import {
  CASE_LIMIT,
  type JudgeEvent,
  type JudgeTask,
  lendFolder,
  TASK_VARIABLE,
  verdict,
} from "./judge.ts";

/** In milliseconds of a machine that is not busy: what is not done by then has failed. */
const TIME_LIMIT = 58_000;
const SILENCE_LIMIT = CASE_LIMIT + 3000; // for a process too busy to look at the clock by itself
const STOPS_ALLOWED = 3; // of the process: an adapter is not given every case to do so

/** Has the cases run in another process; gives the exit status. */
export async function superviseCheck(context: Context): Promise<number> {
  const output = outputFlags(context);
  using report = reporter(context, output);
  const { add, end } = verdict(report, output);
  await using lent = await lendFolder();
  const clock = fairClock();
  const left = () => TIME_LIMIT - clock();
  let target: string | undefined;
  let printed = "";
  let next = 0;
  let stops = 0;
  const tell = (result: ConformanceResult) => {
    next++;
    add(result.name === SILENCE_CASE ? withPrinted(result, printed) : result);
  };
  const tellNext = (outcome: "failed" | "skipped", reason: string) =>
    tell({ name: conformanceCases[next]?.name ?? SILENCE_CASE, outcome, reason });
  while (next < conformanceCases.length) {
    if (stops >= STOPS_ALLOWED || left() <= 0) {
      const isLate = stops < STOPS_ALLOWED;
      tellNext("skipped", isLate ? "time is up" : `${stops} cases before it did not end`);
      continue;
    }
    let begun = false;
    await using judge = startJudge(context, { from: next, lent: lent.path }, left);
    for await (const event of judge.events) {
      if (typeof event === "string") printed += event;
      else if (event.kind === "result") tell(event.result);
      else if (event.kind === "begin") {
        begun = true;
        target = event.target;
      } else if (event.kind === "ended" && !begun) {
        context.stdout.write(printed); // the command line or the adapter's file is wrong
        return event.status;
      } else if (event.kind !== "end") {
        stops++;
        tellNext("failed", event.how);
      }
    }
  }
  return end(checkedAdapter(context.args) ?? "", target);
}

/** What only another process sees: what was printed without `console`, or by programs it ran. */
function withPrinted(result: ConformanceResult, printed: string): ConformanceResult {
  if (printed.trim() === "" || result.outcome === "failed") return result;
  const error = printedTo(printed.trim());
  const hint = "hint" in error && typeof error.hint === "string" ? { hint: error.hint } : {};
  return { name: result.name, outcome: "failed", reason: messageOf(error), ...hint };
}

/** The flags of the output; all else on the command line is the other process's to read. */
function outputFlags(context: Context): Flags {
  const command = addOutputFlags(new Command("check")).argument("[rest...]").allowUnknownOption()
    .exitOverride().configureOutput({ outputError: () => {} });
  command.parse(context.args.slice(2), { from: "user" });
  applyVariables(command, [], context);
  return command.opts<Flags>();
}

/** Starts the process; it is gone once this is disposed of. What it just prints is text. */
function startJudge(context: Context, task: Omit<JudgeTask, "token">, left: () => number) {
  const token = `binimport-${crypto.randomUUID()} `;
  const [program = "", ...args] = context.self ?? [];
  const child = new Deno.Command(program, {
    args: [...args, ...context.args],
    env: { ...context.kept, [TASK_VARIABLE]: JSON.stringify({ ...task, token }) },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stop = () => tried(() => child.kill("SIGKILL")); // it may have ended
  context.signal.addEventListener("abort", stop, { once: true });
  return {
    events: observe(child, token, left, context),
    async [Symbol.asyncDispose]() {
      context.signal.removeEventListener("abort", stop);
      stop();
      await child.status;
    },
  };
}

type Ended = { readonly kind: "ended"; readonly status: number; readonly how: string };

/** Ends after an event that is the last one, or one of its own for a process that ended or is late. */
async function* observe(
  child: Deno.ChildProcess,
  token: string,
  left: () => number,
  context: Context,
): AsyncGenerator<JudgeEvent | Ended | string> {
  const told = forward(child.stderr, context);
  const lines = linesOf(child.stdout);
  for (;;) {
    const limit = Math.min(SILENCE_LIMIT, left());
    const late = new Error(
      limit < SILENCE_LIMIT
        ? "expected all cases to be over within a minute, got this one still under way"
        : `expected the case to end, got a process that was busy for ${SILENCE_LIMIT / 1000} s`,
    );
    const read = await within(lines.next(), limit, () => late, fairClock()).catch((error) => {
      if (error !== late) throw error;
    });
    context.signal.throwIfAborted();
    if (read === undefined) return yield { kind: "stopped", how: late.message };
    if (read.done) break;
    if (!read.value.startsWith(token)) {
      if (read.value !== "") yield `${read.value}\n`;
      continue;
    }
    const event: JudgeEvent = JSON.parse(read.value.slice(token.length));
    yield event;
    if (event.kind === "end" || event.kind === "stopped") return;
  }
  const { code: status } = await child.status;
  const last = (await told).trim().split("\n").slice(-3).join(" ").slice(0, 300);
  const how = `expected the case to end, got the end of the process, status ${status}`;
  yield { kind: "ended", status, how: last === "" ? how : `${how}: ${last}` };
}

/** Passes on what it tells people; gives the end of it. */
async function forward(stream: ReadableStream<Uint8Array<ArrayBuffer>>, { stderr }: Context) {
  let end = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    stderr.write(text);
    end = (end + text).slice(-1000);
  }
  return end;
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
