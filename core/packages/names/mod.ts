/** From the names of members to keys. */

export { architectureIn, ARCHITECTURES, imageArchitecture, machineOf } from "./architectures.ts";
export {
  baseOf,
  dropLevels,
  folderKey,
  folderOf,
  normalName,
  packageKey,
  type Strip,
  unjudgedKey,
} from "./entry_key.ts";
export { linkTable } from "./links.ts";
export {
  aboveHosts,
  isHostName,
  ReadAgain,
  type TopFolder,
  type TopFolderReader,
  topFolderReader,
} from "./top_folder.ts";
