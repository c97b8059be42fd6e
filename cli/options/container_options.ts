/** The options of `locate` that name a container. */
import { type Choice, choiceOptions, parseChoice } from "../../locate/containers/mod.ts";
import type { Context } from "../context.ts";
import { adapterInput, type GivenOptions, type OptionOwner } from "./adapter_options.ts";

/** As those of the adapter `container`, without what is for writing. */
export const CONTAINER_OPTIONS: OptionOwner = { name: "container", options: choiceOptions };

/** Which container is meant; throws code `usage` where that cannot be. */
export async function chosenContainer(given: GivenOptions, context: Context): Promise<Choice> {
  // None of them is a secret, to warn of.
  return parseChoice(await adapterInput(CONTAINER_OPTIONS, given, context, () => {}));
}
