/** Options that verbs share: flags, variables, secrets, plug-ins. */

export {
  adapterInput,
  addAdapterFlags,
  folderNotGiven,
  foreignFlags,
  type GivenOptions,
  type OptionOwner,
  refuseForeign,
  secretHint,
  typedOptions,
} from "./adapter_options.ts";
export { applyVariables, isYes, variableName } from "./environment.ts";
export {
  addBucketFlag,
  addExpectFlags,
  addOutputFlags,
  addPackageFlags,
  addReportFlag,
  append,
  type Flags,
  outputOf,
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
export {
  addTargetFlags,
  chosenContainer,
  CONTAINER_OPTIONS,
  isTargetNamed,
  namedTargets,
} from "./target_flags.ts";
