/** Conditional requests, by RFC 9110, sections 13 and 14: a date that is none does not count. */
import { httpDate } from "./http_date.ts";

/** What tells one version of a file from another. */
export interface Validators {
  /** A strong entity tag, with its quotes; absent where none can be vouched for. */
  readonly etag?: string;
  /** When it was last written, in whole seconds. */
  readonly modified?: Date;
}

/** What the conditions of a request come to. */
export type Verdict = "go on" | "not modified" | "failed";

/** Weighs the conditions of a GET or HEAD in the order of section 13.2.2. */
export function weighConditions(headers: Headers, validators: Validators): Verdict {
  const match = headers.get("if-match");
  const unmodified = httpDate(headers.get("if-unmodified-since"));
  if (match !== null) {
    if (!lists(match, validators.etag, "strong")) return "failed";
  } else if (unmodified !== undefined && isNewer(validators, unmodified)) return "failed";
  const noneMatch = headers.get("if-none-match");
  if (noneMatch !== null) {
    return lists(noneMatch, validators.etag, "weak") ? "not modified" : "go on";
  }
  const modified = httpDate(headers.get("if-modified-since"));
  return modified !== undefined && !isNewer(validators, modified) ? "not modified" : "go on";
}

/**
 * Whether a Range counts (section 13.1.5): the client's part must be of this very version. A date
 * must be the same to the second; nginx takes it so, too.
 */
export function rangeCounts(headers: Headers, { etag, modified }: Validators): boolean {
  const condition = headers.get("if-range");
  if (condition === null) return true;
  if (/^(?:W\/)?"/.test(condition)) return condition === etag;
  return modified !== undefined && httpDate(condition)?.getTime() === modified.getTime();
}

/** Whether a list of entity tags, or `*`, names this one. Weakly, `W/` does not count. */
function lists(list: string, etag: string | undefined, comparison: "strong" | "weak"): boolean {
  if (list.trim() === "*") return true;
  const tags = list.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return etag !== undefined &&
    tags.some((tag) => (comparison === "weak" ? tag.replace(/^W\//, "") : tag) === etag);
}

function isNewer({ modified }: Validators, date: Date): boolean {
  return modified === undefined || modified > date;
}
