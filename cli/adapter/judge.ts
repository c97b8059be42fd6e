/** A check by two processes: how the one that runs the cases tells the other, and what they come to. */
import type { ConformanceResult } from "../../core/storage/conformance/mod.ts";
import { formatSeconds } from "../../core/util/units.ts";
import { type Context, DIFFERENT } from "../context.ts";
import { messageText, type OutputOptions, type Reporter, toned } from "../output/mod.ts";

export type JudgeEvent =
  | { readonly kind: "begin"; readonly target: string }
  | { readonly kind: "result"; readonly result: ConformanceResult }
  | { readonly kind: "stopped"; readonly how: string }
  | { readonly kind: "end" };

/** What the process is given, by a variable. */
export interface JudgeTask {
  /** Begins every line that is meant for the other process: anything else was printed. */
  readonly token: string;
  readonly from: number;
  /** A folder for an adapter that wants one and is given none. */
  readonly lent: string;
}

/** The variable that gives a task, as JSON. */
export const TASK_VARIABLE = "BINIMPORT_JUDGE";

/** This process's task, and the way back; undefined when nobody watches over it. */
export function judgeChannel(
  { env, stdout }: Pick<Context, "env" | "stdout">,
): JudgeTask & { send(event: JudgeEvent): void } | undefined {
  const text = env(TASK_VARIABLE);
  if (text === undefined) return undefined;
  const task: JudgeTask = JSON.parse(text);
  // A newline first: what was printed before may have ended without one.
  return { ...task, send: (event) => stdout.write(`\n${task.token}${JSON.stringify(event)}\n`) };
}

/** A case that is not over by then fails, in milliseconds; most take some of them. */
export const CASE_LIMIT = 10_000;

/** Makes an empty folder, which servers of other users may enter as well, until it is disposed of. */
export async function lendFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "binimport-check-" });
  await Deno.chmod(path, 0o755);
  return {
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true }).catch(() => {}); // whoever wrote it may go on
    },
  };
}

/** Begins a verdict; a quiet one shows only what failed, and what it comes to. */
export function verdict(
  { result: print, style }: Reporter,
  { quiet }: OutputOptions,
): {
  add(result: ConformanceResult): void;
  /** Tells what the cases come to; gives the exit status. */
  end(adapter: string, target: string | undefined): number;
} {
  const begun = performance.now();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  return {
    add(result) {
      const { name, outcome, reason, hint } = result;
      counts[outcome]++;
      const message = `${name}\n${" ".repeat(9)}${reason}`;
      const text = {
        failed: messageText("FAILED   ", "bad", { message, hint }, style, 9),
        passed: `${toned("passed", "good", style)}   ${name}\n`,
        skipped: `skipped  ${name}: ${reason}\n`,
      }[outcome];
      print({ event: "case", ...result }, quiet && outcome !== "failed" ? "" : text);
    },
    end(adapter, target) {
      const seconds = (performance.now() - begun) / 1000;
      const { passed, failed, skipped } = counts;
      const ok = failed === 0 && passed > 0;
      const took = formatSeconds(seconds);
      print(
        { event: "summary", ok, adapter, target, ...counts, seconds },
        `${adapter}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${took}\n`,
      );
      return ok ? 0 : DIFFERENT;
    },
  };
}
