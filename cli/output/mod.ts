/** What a run prints: text, JSON, progress, reports. */

export { type OutputOptions, type Reporter, reporter } from "./reporter.ts";
export { errorEvent, printable, renderEvent } from "./text.ts";
