/** How the process that runs the cases tells the one that watches over it. */
import type { ConformanceResult } from "../../core/storage/conformance/mod.ts";
import type { Context } from "../context.ts";
import { checkedAdapter } from "../options/mod.ts";

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

/** Whether a command line asks for a check that this process is to watch over. */
export function isToBeSupervised(context: Context): boolean {
  const { args, self } = context;
  return self !== undefined && checkedAdapter(args) !== undefined &&
    !args.includes("--help") && !args.includes("-h") && judgeChannel(context) === undefined;
}

const VARIABLE = "BINIMPORT_JUDGE";

/** The variable, for the process that is to run the cases. */
export function taskVariable(task: JudgeTask): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(task) };
}

/** This process's task, and the way back; undefined when nobody watches over it. */
export function judgeChannel(
  { env, stdout }: Pick<Context, "env" | "stdout">,
): JudgeTask & { send(event: JudgeEvent): void } | undefined {
  const text = env(VARIABLE);
  if (text === undefined) return undefined;
  const task: JudgeTask = JSON.parse(text);
  // A newline first: what was printed before may have ended without one.
  return { ...task, send: (event) => stdout.write(`\n${task.token}${JSON.stringify(event)}\n`) };
}
