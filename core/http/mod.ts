/** The one HTTP client: requests, their errors and retries, and bodies hashed by workers. */

export {
  type HttpFetch,
  httpFetch,
  type HttpOptions,
  localhostLookup,
  readCertificates,
} from "./client.ts";
export {
  distrust,
  isTransientStatus,
  type Observation,
  requireTls,
  retryTransient,
  socketState,
  warnInsecure,
} from "./errors.ts";
export { rangeOf, versionOf } from "./fetch.ts";
export type * from "./fetch.ts";
export { serverWords, wordsOf } from "./server_words.ts";
