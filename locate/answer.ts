/** What is found for a URL, and how. */
import type { Place } from "./source.ts";

/** One step of the way from a URL to a path. */
export interface Step {
  /** What was found. */
  readonly text: string;
  /** The file that says so, if one does. */
  readonly file?: string;
  /** The line in it, from 1. */
  readonly line?: number;
}

/** Something that the user should know, and that does not change the answer. */
export interface Warning {
  /** What kind; for scripts. */
  readonly code: string;
  /** What was found. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** The server that answers. */
export interface ServerPlace extends Place {
  /** Its names, as in `server_name`. */
  readonly names: readonly string[];
}

/** The location that answers. */
export interface LocationPlace extends Place {
  /** Its modifier and name, such as `~* \.(gz|tgz)$`. */
  readonly match: string;
}

/** Where a URL leads. */
export interface Answer {
  /** The URL as it was given. */
  readonly url: string;
  /** The server that answers. */
  readonly server: ServerPlace;
  /** Null where no location matches and the server itself answers. */
  readonly location: LocationPlace | null;
  /**
   * Where this host must write: what a GET of exactly this URL would read. The file for a file's
   * URL; for one that ends in a slash, the folder of what lies under it.
   */
  readonly path: string;
  /** The path on this host, without regard to whether it can be written. */
  readonly hostPath: string;
  /** The path as the server opens it. Where no container is in between, it is the host's. */
  readonly containerPath: string;
  /** The way there. */
  readonly steps: readonly Step[];
  /** What does not change the answer. */
  readonly warnings: readonly Warning[];
}

/** Steps and warnings as they are collected. */
export interface Trace {
  /** In the order in which they were taken. */
  readonly steps: Step[];
  /** Each once. */
  readonly warnings: Warning[];
}

/** A trace with nothing in it. */
export function newTrace(): Trace {
  return { steps: [], warnings: [] };
}

/** Notes a step. */
export function noteStep({ steps }: Trace, text: string, place?: Place): void {
  steps.push(place === undefined ? { text } : { text, file: place.file, line: place.line });
}

/** Notes a warning, once. */
export function noteWarning({ warnings }: Trace, warning: Warning): void {
  if (!warnings.some(({ message }) => message === warning.message)) warnings.push(warning);
}
