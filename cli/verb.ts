/** How a verb is declared: its `command.ts` is handed this. */
import type { AdapterFactory } from "../core/storage/mod.ts";
import type { Context } from "./context.ts";

/** What verbs are declared with. */
export interface Declaring {
  readonly context: Context;
  /** Plug-ins whose flags the verbs have, besides those of the built-in adapters. */
  readonly plugins: readonly AdapterFactory[];
  /** An action that ends the program with the status it gives, 0 without one. */
  readonly exits: <Args extends unknown[]>(
    run: (...args: Args) => Promise<number | void>,
  ) => (...args: Args) => Promise<void>;
}
