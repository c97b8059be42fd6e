/** Options that verbs share: flags, variables, secrets, plug-ins. */

export {
  adapterInput,
  addAdapterFlags,
  type GivenOptions,
  isFolderMissing,
  isYes,
  type NamedPlugin,
  type OptionOwner,
  refuseClashes,
  secretHint,
  typedOptions,
  variableName,
} from "./adapter_options.ts";
export {
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
  foreignFlags,
  isTargetNamed,
  namedAddresses,
  namedTargets,
  pluginAddress,
  pluginFolders,
  refuseForeign,
  splitTargets,
} from "./targets.ts";
