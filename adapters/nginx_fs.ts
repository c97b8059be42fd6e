/**
 * A folder that nginx, or any other web server, serves.
 *
 * @module
 */
import type { AdapterFactory } from "../core/adapter.ts";
import { nginxFsAdapter } from "./nginx_fs/adapter.ts";
import { type NginxFsConfig, options, parseConfig } from "./nginx_fs/config.ts";

/** Makes adapters that store objects as files under `--root`. */
const nginxFs: AdapterFactory<NginxFsConfig> = {
  apiVersion: 1,
  name: "nginx-fs",
  summary: "a folder on this host that nginx serves",
  options,
  parse: parseConfig,
  open: (config, host) => Promise.resolve(nginxFsAdapter(config, host)),
};

export default nginxFs;
