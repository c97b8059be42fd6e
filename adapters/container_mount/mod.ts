/**
 * What is mounted into a container, and served by the nginx in it: written on this host, fetched
 * through the container.
 *
 * @module
 */
import type { AdapterFactory } from "../../core/storage/mod.ts";
import { choiceOptions, parseChoice } from "../../locate/containers/mod.ts";
import { parseBaseUrl, SERVED, text } from "../option_values.ts";
import { clusterSide, parseWriting, writingOptions } from "../nginx_fs/mod.ts";
import type { ContainerConfig } from "./adapter.ts";

/** Makes adapters that store objects as files in the folder behind a container's nginx. */
const containerMount: AdapterFactory<ContainerConfig> = {
  apiVersion: 1,
  name: "container",
  summary: "a folder of this host that is mounted into a container with nginx",
  options: {
    ...choiceOptions,
    url: text(
      "URL",
      "where nodes fetch from; without a name the container that serves it is found",
    ),
    ...writingOptions,
  },
  parse: (input) => ({
    choice: parseChoice(input),
    ...(typeof input["url"] === "string" &&
      { url: parseBaseUrl("url", input["url"], SERVED).href }),
    writing: parseWriting(input),
  }),
  open: async (config, host) => (await import("./adapter.ts")).openContainer(config, host),
  cluster: clusterSide,
};

export default containerMount;
