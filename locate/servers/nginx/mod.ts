/** Follows a URL through nginx's configuration. */

export { parseDump } from "./dump.ts";
export { findConfiguration, nginxListens } from "./find_config.ts";
export { type Configuration, loadConfiguration } from "./installation.ts";
export { listenText } from "./listen.ts";
export {
  type Build,
  buildIn,
  pathsOf,
  type RunningNginx,
  runningNginx,
  startedBy,
  type StartOptions,
} from "./processes.ts";
export { resolve } from "./resolve.ts";
