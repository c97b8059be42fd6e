/** Flags that say which servers to trust: for what adapters ask, and for what is fetched besides. */

/** Values of the flags as the parser gives them. */
export interface NetworkFlags {
  readonly caFile?: string;
  readonly insecureSkipTlsVerify?: true;
}

/** As {@linkcode NetworkFlags} names them. */
const NAMES: ReadonlySet<string> = new Set<keyof NetworkFlags>(["caFile", "insecureSkipTlsVerify"]);

/**
 * Whether a flag goes with every adapter, whichever declares it: packages and public URLs are
 * fetched with the same trust.
 */
export function isNetworkFlag(attribute: string): boolean {
  return NAMES.has(attribute);
}
