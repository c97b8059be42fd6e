/** Adapters of others: loaded, validated, and guarded while they run. */

export { findPlugin, isPluginAddress, listPlugins, loadPlugin, loadUnguarded } from "./load.ts";
