/**
 * Stores binaries by HTTP `PUT`: into a Nexus or Artifactory repository, or a WebDAV folder.
 *
 * @module
 */
import type { AdapterFactory } from "../../core/storage/mod.ts";
import { type HttpPutConfig, OPTIONS, parseConfig } from "./options.ts";

export type { HttpPutConfig };

/** The adapter `http-put`. What talks HTTP is loaded when a place is opened. */
const httpPut: AdapterFactory<HttpPutConfig> = {
  apiVersion: 1,
  name: "http-put",
  summary: "a server that takes PUT: Nexus, Artifactory, WebDAV",
  options: OPTIONS,
  parse: parseConfig,
  open: async (config, host) => (await import("./adapter.ts")).openHttpPut(config, host),
};
export default httpPut;
