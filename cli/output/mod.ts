/** What a run prints: text, JSON, progress, reports. */

export { type Reporter, reporter, warnBy } from "./reporter.ts";
export {
  errorEvent,
  jsonLine,
  messageText,
  type OutputOptions,
  printable,
  styleFor,
  toned,
} from "./text.ts";
export { helpFormat, wrapText } from "./wrap.ts";
