/** The report of an import, as one HTML page. */

export { reportPage } from "./page.ts";
export { type Origin, type RunRecord, runRecord, type Verb } from "./record.ts";
export { findRoute } from "./route.ts";
