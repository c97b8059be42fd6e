/** Follows a URL through nginx's configuration. */

export { type Dump, parseDump } from "./dump.ts";
export { findConfiguration, nginxListens, type SourceOptions } from "./find_config.ts";
export { type Configuration, type Installation, loadConfiguration } from "./installation.ts";
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
