import type { BodyDigest } from "../util/digest.ts";

/** What a server answered. */
export interface FetchAnswer {
  /** The HTTP status of the last answer, behind redirects. */
  readonly status: number;
  /** A header's value by its lower-case name. */
  header(name: string): string | undefined;
  /** The body; it must be read to its end, or `close` be called. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives the connection up. */
  close(): void;
}

/** How a URL is fetched. */
export interface FetchOptions {
  /** What is wanted: all of it, or what is said of it. */
  readonly method: "GET" | "HEAD";
  /** Further headers, by their lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Gives it up. */
  readonly signal?: AbortSignal;
}

/** Fetches a URL as a node would: without credentials, asking for no transformation. */
export interface Fetch {
  /** Rejects with code `unavailable` when there is no answer. */
  (url: URL, options: FetchOptions): Promise<FetchAnswer>;
  /**
   * A faster way to what a GET would give, for long bodies; undefined where the answer is out of the
   * ordinary in any way, or has more than `most` bytes, and has to be looked at.
   */
  digest?(url: URL, signal?: AbortSignal, most?: number): Promise<BodyDigest | undefined>;
}
