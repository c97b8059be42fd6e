/** From the names of members to keys. */

export { architectureIn, ARCHITECTURES, imageArchitecture, machineOf } from "./architectures.ts";
export {
  aboveHosts,
  baseOf,
  dropLevels,
  folderKey,
  folderOf,
  isHostName,
  normalName,
  packageKey,
  ReadAgain,
  type TopFolder,
  type TopFolderReader,
  topFolderReader,
  unjudgedKey,
} from "./entry_key.ts";
export { keysByName } from "./keys_by_name.ts";
export { linkTable } from "./links.ts";
