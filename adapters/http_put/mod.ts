/**
 * Stores binaries by HTTP `PUT`: into a Nexus or Artifactory repository, or a WebDAV folder.
 *
 * It is written as a plug-in would be: of the project it imports types only, and calls nothing but
 * what the host lends. `tests/adapters/http_put/mod_test.ts` holds it to that.
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
