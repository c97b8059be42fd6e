/** A request to a server, and its answer. */
import type { IncomingMessage } from "node:http";

export interface Request {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE" | "MKCOL" | "MOVE" | "OPTIONS" | "PROPFIND";
  readonly url: URL;
  /** What it is for, with the preposition that the place needs: `store "a/b" at`. */
  readonly doing: string;
  readonly place: string;
  readonly key?: string;
  /** Besides those that every request has. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends only when all is right: a server then never gets a whole body that is wrong. */
  readonly body?: { readonly size: number; readonly chunks: AsyncIterable<Uint8Array> };
  readonly signal?: AbortSignal | undefined;
}

/** What servers answer to a PUT that they took. */
export const TAKEN = [200, 201, 202, 204] as const;

export interface Answer {
  readonly status: number;
  header(name: string): string | undefined;
  /** To be read, or to be given up by `skip`. */
  readonly body: IncomingMessage;
  /** Gives the body up; a short one is read, so that the connection can be used again. */
  skip(): void;
  /** Gives it up for what the server says of a refusal, fit to print. Never rejects. */
  words(): Promise<string>;
}
