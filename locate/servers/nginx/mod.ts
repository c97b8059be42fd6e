/** Follows a URL through nginx's configuration. */

export { findConfiguration, nginxListens, type SourceOptions } from "./find_config.ts";
export {
  type Configuration,
  type Dump,
  type Installation,
  loadConfiguration,
  parseDump,
} from "./installation.ts";
export { listenText, socketsOn } from "./listen.ts";
export { inherited, type Scope } from "./directive.ts";
export { decodeUri } from "./path.ts";
export {
  type Build,
  buildIn,
  optionsIn,
  pathsOf,
  type RunningNginx,
  runningNginx,
  type StartOptions,
} from "./processes.ts";
export { resolve } from "./resolve.ts";
