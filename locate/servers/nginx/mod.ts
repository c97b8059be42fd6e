/** Follows a URL through nginx's configuration. */

export {
  type Build,
  buildIn,
  type Dump,
  findConfiguration,
  nginxListens,
  optionsIn,
  parseDump,
  pathsOf,
  type RunningNginx,
  runningNginx,
  type SourceOptions,
  type StartOptions,
} from "./find/mod.ts";
export { type Configuration, type Installation, loadConfiguration } from "./installation.ts";
export { listenText, socketsOn } from "./listen.ts";
export { decodeUri } from "./path.ts";
export { resolve } from "./resolve.ts";
