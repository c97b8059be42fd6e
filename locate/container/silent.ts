/** Runtimes that gave no answer, for messages. */
import { BinimportError } from "../../core/errors.ts";
import type { Answers, Silent } from "./asked.ts";
import type { RuntimeName } from "./container.ts";

/** Nobody answered: that is not the same as having no such container. */
export function allSilent(what: string, silent: readonly Silent[]): BinimportError {
  const [first] = silent;
  const { code, hint } = first?.failure ?? {};
  const states = silent.map(({ runtime, failure }) => `${runtime}: ${failure.message}`);
  return new BinimportError(code ?? "unavailable", `Cannot ${what}: ${states.join("; ")}`, {
    ...(hint === undefined ? {} : { hint }),
  });
}

/** What those said that gave no answer, to stand behind what the others said. */
export function saidBy(silent: readonly Silent[]): string {
  return silent.map(({ runtime, failure }) => `; ${runtime}: ${failure.message}`).join("");
}

/** Those that gave an answer. */
export function heard({ asked, silent }: Answers): RuntimeName[] {
  return asked.filter((name) => !silent.some(({ runtime }) => runtime === name));
}
