/** How the process that runs the cases tells the one that watches over it. */
import type { ConformanceResult } from "../../core/storage/conformance/mod.ts";
import type { Context } from "../context.ts";

export type JudgeEvent =
  | { readonly kind: "begin"; readonly target: string }
  | { readonly kind: "result"; readonly result: ConformanceResult }
  | { readonly kind: "stopped"; readonly how: string }
  | { readonly kind: "end" };

/** What the process is given, by a variable. */
export interface JudgeTask {
  /** Begins every line that is meant for the other process: anything else was printed. */
  readonly token: string;
  /** The case to begin with. */
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
