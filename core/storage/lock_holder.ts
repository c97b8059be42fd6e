/** Who holds a lock, in a line for people. */
import { hostname } from "node:os";
import type { OptionSpec } from "./adapter.ts";

/** This process, as others are to read of it. */
export function ownHolder(): string {
  return `process ${Deno.pid} on ${hostname()} since ${new Date().toISOString()}`;
}

/** ` (process 12 on host since …)`; nothing for a text that somebody else wrote there. */
export function holderShown(text: string): string {
  return /^process \d+ on [\w.-]+ since [\d:.TZ-]+$/.test(text) ? ` (${text})` : "";
}

export const HELD_HINT = "Wait until it has ended, or have this one wait with --lock-wait 10m.";

/** The option of adapters that lock their place. */
export const LOCK_WAIT: OptionSpec = {
  summary: "how long to wait for another import there to end",
  kind: "text",
  placeholder: "TIME",
  default: "0s",
};
