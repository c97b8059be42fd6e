/**
 * A folder that nginx, or any other web server, serves.
 *
 * @module
 */
import type { AdapterFactory, AdapterHost } from "../../core/storage/mod.ts";
import { nginxFsAdapter } from "./adapter.ts";
import {
  clusterSide,
  type NginxFsConfig,
  options,
  parseConfig,
  type ParsedConfig,
} from "./options.ts";

export { nginxFsAdapter } from "./adapter.ts";
export { tellAnswer } from "./find_root.ts";
export {
  clusterSide,
  type NginxFsConfig,
  parseUrl,
  parseWriting,
  usage,
  type Writing,
  writingOptions,
} from "./options.ts";

/** What reads configurations of nginx takes 20 ms to load. */
async function knownRoot(config: ParsedConfig, host: AdapterHost): Promise<NginxFsConfig> {
  if (config.root !== undefined) return config;
  const { findRoot } = await import("./find_root.ts");
  return await findRoot(config, host);
}

/** Makes adapters that store objects as files under `--root`, or in the folder behind `--url`. */
const nginxFs: AdapterFactory<ParsedConfig> = {
  apiVersion: 1,
  name: "nginx-fs",
  summary: "a folder on this host that nginx serves",
  options,
  parse: parseConfig,
  open: async (config, host) => nginxFsAdapter(await knownRoot(config, host), host),
  cluster: clusterSide,
};

export default nginxFs;
