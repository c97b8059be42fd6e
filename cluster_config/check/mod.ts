/** What will go wrong with a clusterConfig.yaml. */

export { checkSource } from "./binaries.ts";
export type { Finding } from "./finding.ts";
