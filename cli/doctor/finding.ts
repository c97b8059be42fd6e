/** What the doctor finds. */
import { BinimportError, messageOf } from "../../core/util/errors.ts";

/** One thing that was looked at. */
export interface HostFinding {
  /** What was looked at; for scripts. */
  readonly check: string;
  /** `problem` stands in the way; `warning` may. */
  readonly state: "ok" | "warning" | "problem";
  readonly message: string;
  /** What mends it: mostly a command. */
  readonly hint?: string;
}

type Tell = (message: string, hint?: string) => HostFinding;

/** Findings of one check: of each state, and for whatever was thrown while something was looked at. */
export function findingsOf(
  check: string,
): Readonly<Record<HostFinding["state"], Tell>> & { thrown(error: unknown): HostFinding } {
  const tell = (state: HostFinding["state"]): Tell => (message, hint) => ({
    check,
    state,
    message,
    ...(hint === undefined ? {} : { hint }),
  });
  const problem = tell("problem");
  return {
    ok: tell("ok"),
    warning: tell("warning"),
    problem,
    thrown: (error) =>
      problem(messageOf(error), error instanceof BinimportError ? error.hint : undefined),
  };
}
