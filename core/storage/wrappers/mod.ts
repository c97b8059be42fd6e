/** The wrappers that an import puts around an adapter. */

export { aroundCalls, type Call, delegate } from "./calls.ts";
export { DEFAULT_RETRIES, inUsualWrappers } from "./usual.ts";
