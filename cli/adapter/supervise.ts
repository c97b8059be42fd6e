/**
 * Watches over `binimport adapter check` in a process of its own, so that whatever an adapter does
 * there is a verdict: one that computes for ever is stopped, one that ends the process is noticed,
 * and what it prints is seen. On a machine that is not busy it is over within a minute.
 */
import { Command } from "commander";
import {
  conformanceCases,
  type ConformanceResult,
  printedTo,
  SILENCE_CASE,
} from "../../core/storage/conformance/mod.ts";
import { messageOf } from "../../core/util/errors.ts";
import { fairClock } from "../../core/util/retry.ts";
import type { Context } from "../context.ts";
import { addOutputFlags, applyVariables, checkedAdapter, type Flags } from "../options/mod.ts";
import { reporter } from "../output/mod.ts";
import { startJudge } from "./judge.ts";
import { CASE_LIMIT, lendFolder, verdict } from "./verdict.ts";

/** In milliseconds of a machine that is not busy: what is not done by then has failed. */
const TIME_LIMIT = 58_000;

/** A case ends itself at its limit, unless the process is too busy to look at the clock. */
const SILENCE_LIMIT = CASE_LIMIT + 3000;

/** An adapter that stops the process again and again is not given every case to do so. */
const STOPS_ALLOWED = 3;

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
  while (next < conformanceCases.length) {
    const name = () => conformanceCases[next]?.name ?? SILENCE_CASE;
    if (stops >= STOPS_ALLOWED || left() <= 0) {
      const isLate = stops < STOPS_ALLOWED;
      const reason = isLate ? "time is up" : `${stops} cases before it did not end`;
      tell({ name: name(), outcome: "skipped", reason });
      continue;
    }
    const task = { from: next, lent: lent.path };
    await using judge = startJudge(context, task, { silence: SILENCE_LIMIT, left });
    for await (const event of judge.events) {
      if (event.kind === "begin") target = event.target;
      else if (event.kind === "printed") printed += event.text;
      else if (event.kind === "result") tell(event.result);
      else if (event.kind === "refused") {
        context.stdout.write(printed);
        return event.status;
      } else if (event.kind === "stopped") {
        stops++;
        tell({ name: name(), outcome: "failed", reason: event.how });
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
  applyVariables(command, new Set(), context);
  return command.opts<Flags>();
}
