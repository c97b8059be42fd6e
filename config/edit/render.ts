/** Writes new keys with their values. */
import { renderScalar, type ScalarPlace } from "../scalar.ts";

/** A key to write, and its value: text, or further keys. */
export interface Entry {
  readonly key: string;
  readonly value: string | readonly Entry[];
}

/** Entries as lines without line ends, indented by `indent`, those within them by `step` more. */
export function renderLines(entries: readonly Entry[], indent: string, step: string): string[] {
  return entries.flatMap(({ key, value }) =>
    typeof value === "string"
      ? [`${indent}${key}: ${renderScalar(value, "plain", "block")}`]
      : [`${indent}${key}:`, ...renderLines(value, indent + step, step)]
  );
}

/** Entries as they stand within braces. */
export function renderFlow(entries: readonly Entry[], place: ScalarPlace): string {
  return entries.map(({ key, value }) => {
    const name = place === "json" ? JSON.stringify(key) : key;
    const rendered = typeof value === "string"
      ? renderScalar(value, "plain", place)
      : `{${renderFlow(value, place)}}`;
    return `${name}: ${rendered}`;
  }).join(", ");
}
