/** Options that verbs share: flags, variables, secrets, plug-ins. */

export {
  adapterAttributes,
  type AdapterFlags,
  adapterInput,
  adapterVariables,
  addAdapterFlags,
  flagName,
  folderNotGiven,
  foreignFlags,
  type GivenOptions,
  type OptionOwner,
  optionVariable,
  optionVariables,
  secretHint,
} from "./adapter_options.ts";
export { chosenContainer, CONTAINER_OPTIONS } from "./container_options.ts";
export { applyVariables, isYes, unknownVariables, warnOfVariables } from "./environment.ts";
export {
  addClusterFlags,
  addOutputFlags,
  addPackageFlags,
  addReportFlag,
  append,
  type ClusterFlags,
  colorOf,
  type NetworkFlags,
  type OutputFlags,
  outputOptions,
  type PackageFlags,
  type ReportFlag,
  wantsJson,
  wholeNumber,
} from "./flags.ts";
export {
  checkedAdapter,
  findFactory,
  loadPlugins,
  namedAddresses,
  type NamedPlugin,
  pluginAddress,
  pluginFolders,
  refuseClashes,
} from "./plugins.ts";
export { readSecretFile } from "./secret_file.ts";
export { addTargetFlags, addVerifyFlag, namedTargets, type TargetFlags } from "./target_flags.ts";
