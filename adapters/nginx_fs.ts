/**
 * A folder that nginx, or any other web server, serves.
 *
 * @module
 */
import type { AdapterFactory, AdapterHost } from "../core/adapter.ts";
import { nginxFsAdapter } from "./nginx_fs/adapter.ts";
import { clusterSide } from "./nginx_fs/cluster_side.ts";
import { type NginxFsConfig, options, parseConfig, type ParsedConfig } from "./nginx_fs/config.ts";

/** What reads configurations of nginx takes 20 ms to load. */
async function knownRoot(config: ParsedConfig, host: AdapterHost): Promise<NginxFsConfig> {
  if (config.root !== undefined) return config;
  const { findRoot } = await import("./nginx_fs/find_root.ts");
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
