/** From option values to a configuration. */
import type { AdapterInput } from "../../core/storage/mod.ts";
import { type Choice, parseChoice } from "../../locate/containers/mod.ts";
import { parseUrl, parseWriting, usage, type Writing } from "../nginx_fs/mod.ts";

/** A container to be found, and how its folder is written to. */
export interface ContainerConfig {
  readonly choice: Choice;
  /** Where nodes fetch from; ends in `/`. */
  readonly url?: string;
  readonly writing: Writing;
}

/** Reads the option values; throws code `usage` when they are wrong. */
export function parseContainerConfig(input: AdapterInput): ContainerConfig {
  const { url } = input;
  const choice = parseChoice(input);
  if (choice.target.kind === "url" && typeof url !== "string") {
    throw usage(
      "find the container: none was named, and no URL was given",
      "Give --container NAME or --pod NAME; or --url URL, and the one that serves it is found.",
    );
  }
  return {
    choice,
    ...(typeof url === "string" && { url: parseUrl(url) }),
    writing: parseWriting(input),
  };
}
