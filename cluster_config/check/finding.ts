/** What a check can find. */
import { API_VERSIONS, KIND } from "../document.ts";
import { ENDPOINT_FAULTS } from "../endpoint.ts";

/**
 * How bad each of them is, and what to do about it: an `error` stops an installation or sends it
 * elsewhere; a `warning` may be meant so.
 */
export const FINDINGS = {
  "api-version": ["error", `The installer reads ${API_VERSIONS.join(" and ")}.`],
  "kind": ["error", `Write "kind: ${KIND}".`],
  "second-document": ["error", "Put it into a file of its own."],
  "duplicate-key": [
    "error",
    "Some readers refuse the file, others take the last one: leave only one.",
  ],
  "no-mapping": ["error", "Write its keys on lines below it, indented."],
  "no-text": ["error", "Quote it."],
  "misplaced": [
    "error",
    'Indent it under "spec"; without it, binaries are fetched from the Internet.',
  ],
  "misspelled": ["error", "Write it as it is read."],
  "outside-spec": ["warning", 'If the installer is to read it, indent it under "spec".'],
  "full-width": ["error", "Type the plain sign instead."],
  "dots": ["error", "Take the line of dots away, or write what it stands for."],
  "two-spellings": ["error", "Leave only externalRepoEndpoint."],
  "other-spelling": ["warning", "Leave the one that your installer reads."],
  "unknown-type": ["error", "Write external, builtin or official-service."],
  "no-type": ["error", 'Write "type: external".'],
  "no-endpoint": ["error", 'Set "externalRepoEndpoint".'],
  "bad-endpoint": ["error", ENDPOINT_FAULTS["no-url"][1]],
  "bucket-in-endpoint": ["error", ENDPOINT_FAULTS.bucket[1]],
  "no-bucket": ["warning", "Write the bucket behind it."],
  "loopback-endpoint": ["warning", "Write the address at which nodes reach the server."],
  "half-credentials": ["error", "An S3 server wants both, a plain HTTP server neither."],
  "http-with-credentials": [
    "warning",
    "If it is a plain HTTP server, take both keys away; --online tells whether it is.",
  ],
  "https-without-credentials": [
    "warning",
    "If it is an S3 server, set externalRepoUsername and externalRepoPassword.",
  ],
  "unused-endpoint": ["warning", 'Write "type: external" if it is to be used.'],
  "online-os-repos": [
    "warning",
    'Write "type: builtin" or "type: external" for osRepos, if nodes have no Internet.',
  ],
  "online-address": [
    "warning",
    "Take it out, or write an address of the site: binimport config vars prints them.",
  ],
  "proxy-catches": [
    "warning",
    "Nodes would ask the proxy for binaries: add that host to additional_no_proxy.",
  ],
  "no-package-path": ["warning", "Name its folder on the host that installs."],
  "mixed-sources": [
    "warning",
    "If there is a file server, too, name it: binimport config set FILE --endpoint URL.",
  ],
  "unquoted": ["warning", "Put it into quotes."],
} as const satisfies Readonly<Record<string, readonly ["error" | "warning", hint: string]>>;

/** What kind of thing was found; for scripts. */
export type FindingCode = keyof typeof FINDINGS;

/** One thing that was found. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: typeof FINDINGS[FindingCode][0];
  /** What is the case. Fit to print: never holds a password. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Where, counted from 1. */
  readonly line: number;
}

/** Something found, at an offset or a path of keys; its own hint where the usual one says too little. */
export type Fault = readonly [
  code: FindingCode,
  where: number | readonly string[],
  message: string,
  hint?: string,
];
