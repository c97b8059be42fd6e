/** The one HTTP client: requests, their errors and retries, and bodies hashed by workers. */

export * from "./client.ts";
export * from "./errors.ts";
export * from "./fetch.ts";
export * from "./server_words.ts";
