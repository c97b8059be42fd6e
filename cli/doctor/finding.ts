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

/** The finding for whatever was thrown while something was looked at. */
export function findingOf(check: string, error: unknown): HostFinding {
  const hint = error instanceof BinimportError ? error.hint : undefined;
  const message = messageOf(error);
  return { check, state: "problem", message, ...(hint === undefined ? {} : { hint }) };
}

/** The finding for a warning. */
export function warningFinding(
  check: string,
  message: string,
  hint: string | undefined,
): HostFinding {
  return { check, state: "warning", message, ...(hint === undefined ? {} : { hint }) };
}
