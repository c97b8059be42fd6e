/** Where a configuration comes from. */

export { type Dump, parseDump } from "./dump.ts";
export { findConfiguration, nginxListens, type SourceOptions } from "./find_config.ts";
export {
  type Build,
  buildIn,
  optionsIn,
  pathsOf,
  type RunningNginx,
  runningNginx,
  type StartOptions,
} from "./processes.ts";
