/** The options of `locate` that name a container. */
import { choiceOptions } from "../../locate/container/choice.ts";
import type { OptionOwner } from "../adapter_flags.ts";

/** As those of the adapter `container`, without what is for writing. */
export const CONTAINER_OPTIONS: OptionOwner = { name: "container", options: choiceOptions };
