/** What a check can find. */

/** What kind of thing was found; for scripts. */
export type FindingCode =
  | "api-version"
  | "kind"
  | "second-document"
  | "duplicate-key"
  | "no-mapping"
  | "no-text"
  | "misplaced"
  | "outside-spec"
  | "full-width"
  | "dots"
  | "two-spellings"
  | "other-spelling"
  | "unknown-type"
  | "no-type"
  | "no-endpoint"
  | "bad-endpoint"
  | "bucket-in-endpoint"
  | "no-bucket"
  | "loopback-endpoint"
  | "half-credentials"
  | "http-with-credentials"
  | "https-without-credentials"
  | "unused-endpoint"
  | "online-os-repos"
  | "online-address"
  | "proxy-catches"
  | "no-package-path"
  | "mixed-sources"
  | "unquoted";

/** An `error` stops an installation or sends it elsewhere; a `warning` may be meant so. */
export type Severity = "error" | "warning";

/** One thing that was found. */
export interface Finding {
  /** What kind of thing. */
  readonly code: FindingCode;
  /** How bad it is. */
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

/** How bad each of them is. */
export const SEVERITIES: Readonly<Record<FindingCode, Severity>> = {
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
};
