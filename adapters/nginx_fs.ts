/**
 * A folder that nginx, or any other web server, serves.
 *
 * @module
 */
import type { AdapterFactory } from "../core/adapter.ts";
import { nginxFsAdapter } from "./nginx_fs/adapter.ts";
import { clusterSide } from "./nginx_fs/cluster_side.ts";
import { options, parseConfig, type ParsedConfig } from "./nginx_fs/config.ts";
import { findRoot } from "./nginx_fs/find_root.ts";

/** Makes adapters that store objects as files under `--root`, or in the folder behind `--url`. */
const nginxFs: AdapterFactory<ParsedConfig> = {
  apiVersion: 1,
  name: "nginx-fs",
  summary: "a folder on this host that nginx serves",
  options,
  parse: parseConfig,
  open: async (config, host) => nginxFsAdapter(await findRoot(config, host), host),
  cluster: clusterSide,
};

export default nginxFs;
