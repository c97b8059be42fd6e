/** A folder that nginx, or any other web server, serves. */
import type { AdapterFactory } from "../../core/storage/mod.ts";
import {
  clusterSide,
  type NginxFsConfig,
  options,
  parseConfig,
  type SoughtConfig,
} from "./options.ts";

export { nginxFsAdapter } from "./adapter.ts";
export { reportAnswer } from "./find_root.ts";
export {
  clusterSide,
  type NginxFsConfig,
  parseWriting,
  type Writing,
  writingOptions,
} from "./options.ts";

/** Makes adapters that store objects as files under `--root`, or in the folder behind `--url`. */
const nginxFs: AdapterFactory<NginxFsConfig | SoughtConfig> = {
  apiVersion: 1,
  name: "nginx-fs",
  summary: "a folder on this host that nginx serves",
  options,
  parse: parseConfig,
  async open(config, host) {
    // Loaded only now; what reads configurations of nginx takes 20 ms more.
    const { nginxFsAdapter } = await import("./adapter.ts");
    if (config.root !== undefined) return nginxFsAdapter(config, host);
    const { findRoot } = await import("./find_root.ts");
    return nginxFsAdapter(await findRoot(config, host), host);
  },
  cluster: clusterSide,
};

export default nginxFs;
