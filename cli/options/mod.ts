/** Options that verbs share: flags, variables, secrets, plug-ins. */

export {
  adapterInput,
  addAdapterFlags,
  foreignFlags,
  type GivenOptions,
  isFolderMissing,
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
export { readSecretFile } from "./secret_file.ts";
export {
  addTargetFlags,
  checkedAdapter,
  chosenContainer,
  CONTAINER_OPTIONS,
  findFactory,
  isTargetNamed,
  namedAddresses,
  type NamedPlugin,
  namedTargets,
  pluginAddress,
  pluginFolders,
  refuseClashes,
} from "./targets.ts";
