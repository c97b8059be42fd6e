/** The one HTTP client: requests, their errors and retries, and bodies hashed by workers. */

export {
  type FileVersion,
  type HttpFetch,
  httpFetch,
  type HttpOptions,
  rangeOf,
  versionOf,
} from "./client.ts";
export { codeOf, distrust, requireTls, socketState, warnInsecure } from "./errors.ts";
export type { Fetch, FetchAnswer, FetchOptions } from "./fetch.ts";
export { localhostLookup } from "./localhost.ts";
export { isTransientStatus, type Observation, retryTransient } from "./retry.ts";
export { serverWords, wordsOf } from "./server_words.ts";
