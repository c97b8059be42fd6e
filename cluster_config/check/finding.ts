/** What a check can find. */

/** An `error` stops an installation or sends it elsewhere; a `warning` may be meant so. */
export type Severity = "error" | "warning";

/** How bad each of them is. */
export const SEVERITIES = {
  "api-version": "error",
  "kind": "error",
  "second-document": "error",
  "duplicate-key": "error",
  "no-mapping": "error",
  "no-text": "error",
  "misplaced": "error",
  "outside-spec": "warning",
  "full-width": "error",
  "dots": "error",
  "two-spellings": "error",
  "other-spelling": "warning",
  "unknown-type": "error",
  "no-type": "error",
  "no-endpoint": "error",
  "bad-endpoint": "error",
  "bucket-in-endpoint": "error",
  "no-bucket": "warning",
  "loopback-endpoint": "warning",
  "half-credentials": "error",
  "http-with-credentials": "warning",
  "https-without-credentials": "warning",
  "unused-endpoint": "warning",
  "online-os-repos": "warning",
  "online-address": "warning",
  "proxy-catches": "warning",
  "no-package-path": "warning",
  "mixed-sources": "warning",
  "unquoted": "warning",
} as const satisfies Readonly<Record<string, Severity>>;

/** What kind of thing was found; for scripts. */
export type FindingCode = keyof typeof SEVERITIES;

/** One thing that was found. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What is the case. Fit to print: never holds a password. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Where, counted from 1. */
  readonly line: number;
}

/** Something found, at an offset of the text. */
export interface LocatedFault {
  readonly code: FindingCode;
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
}
