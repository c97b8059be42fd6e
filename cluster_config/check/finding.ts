/** What a check can find. */
import { ENDPOINT_FAULTS } from "../binaries.ts";
import { API_VERSIONS, KIND } from "../document.ts";

/** What stops an installation or sends it elsewhere, and what to do about it. */
export const ERRORS = {
  "api-version": `The installer reads ${API_VERSIONS.join(" and ")}.`,
  "kind": `Write "kind: ${KIND}".`,
  "second-document": "Put it into a file of its own.",
  "duplicate-key": "Some readers refuse the file, others take the last one: leave only one.",
  "no-mapping": "Write its keys on lines below it, indented.",
  "no-text": "Quote it.",
  "misplaced": 'Indent it under "spec"; without it, binaries are fetched from the Internet.',
  "misspelled": "Write it as it is read.",
  "full-width": "Type the plain sign instead.",
  "dots": "Remove the line of dots, or write out what it stands for.",
  "two-spellings": "Leave only externalRepoEndpoint.",
  "unknown-type": "Write external, builtin or official-service.",
  "no-type": 'Write "type: external".',
  "no-endpoint": 'Set "externalRepoEndpoint".',
  "bad-endpoint": ENDPOINT_FAULTS["no-url"][1],
  "bucket-in-endpoint": ENDPOINT_FAULTS.bucket[1],
  "half-credentials":
    "An S3 server wants both, a plain HTTP server neither. Quote a value that begins with #, & or !.",
} as const;

/** What may be meant so. */
export const WARNINGS = {
  "outside-spec": 'If the installer is to read it, indent it under "spec".',
  "other-spelling": "Leave the one that your installer reads.",
  "no-bucket": "Write the bucket behind it.",
  "loopback-endpoint": "Write the address at which nodes reach the server.",
  "http-with-credentials":
    "If it is a plain HTTP server, remove both keys; --online tells whether it is.",
  "https-without-credentials":
    "If it is an S3 server, set externalRepoUsername and externalRepoPassword.",
  "unused-endpoint": 'Write "type: external" if it is to be used.',
  "online-os-repos":
    'Write "type: builtin" or "type: external" for osRepos, if nodes have no Internet.',
  "online-address":
    "Remove it, or write an address of the site: binimport config vars prints them.",
  "proxy-catches": "Nodes would ask the proxy for binaries: add that host to additional_no_proxy.",
  "no-package-path": "Name its folder on the host that installs.",
  "mixed-sources":
    "If there is a file server, too, name it: binimport config set FILE --endpoint URL.",
  "unquoted": "Put it into quotes.",
} as const;

/** What kind of thing was found; for scripts. */
export type FindingCode = keyof typeof ERRORS | keyof typeof WARNINGS;

/** One thing that was found. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: "error" | "warning";
  /** What is the case. Fit to print: never holds a password. */
  readonly message: string;
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
