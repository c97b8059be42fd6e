/** Completion of the command line, for the start of the program: no verb is loaded for it. */

export { printedCandidates } from "./candidates.ts";
