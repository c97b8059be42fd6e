/** What a configuration of lighttpd sets, and under which conditions. */
import type { Place } from "../source.ts";

/** A value: text, number or word as text; or a list, whose entries may have keys. */
export type Value = string | readonly Entry[];

/** An entry of a list. */
export interface Entry {
  /** Absent in a list without keys. */
  readonly key?: string;
  readonly value: Value;
}

/** `$HTTP["host"] == "files.example"`. */
export interface Condition extends Place {
  /** `HTTP["host"]`. */
  readonly field: string;
  readonly operator: "==" | "!=" | "=~" | "!~" | "=^" | "=$";
  readonly value: string;
  /** Whether it is an `else` behind this one: then this one must not hold. */
  readonly not?: boolean;
}

/** One assignment. */
export interface Setting extends Place {
  readonly key: string;
  /** Whether it adds to what is set before. */
  readonly adds: boolean;
  readonly value: Value;
  /** All of them must hold. */
  readonly when: readonly Condition[];
}

/** The entries of a list; none of anything else. */
export function entriesOf(value: Value | undefined): readonly Entry[] {
  return typeof value === "object" ? value : [];
}
