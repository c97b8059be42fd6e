/** One place on a server, and the names of things in it. */
import type { AdapterHost } from "../../core/adapter.ts";
import type { Answer, Connection, Request } from "./connection.ts";
import { refusal } from "./errors.ts";

/** A place that objects are put into. */
export interface Store {
  readonly connection: Connection;
  readonly host: AdapterHost;
  /** What keys are appended to; ends in `/`. */
  readonly endpoint: URL;
  /** Folders that are there, or being made, as paths of URLs that end in `/`. */
  readonly folders: Map<string, Promise<void>>;
  /** Whether the server makes the folders of an object by itself; found out by `prepare`. */
  makesFolders: boolean;
  /** Whether an object is put under another name and moved, for the server writes in place. */
  readonly moves: boolean;
}

/** What servers answer to a PUT that they took. */
export const TAKEN = [200, 201, 202, 204] as const;

/** The address of a key: every component is escaped, so that `+`, `?`, `#` and `%` arrive. */
export function addressOf(base: URL, key: string): URL {
  return new URL(base.pathname + key.split("/").map(encodeURIComponent).join("/"), base);
}

/** Sends a request for one of these statuses; rejects with the meaning of any other one. */
export async function request(
  { connection, host }: Store,
  wanted: Request,
  statuses: readonly number[],
): Promise<Answer> {
  const answer = await connection.send(wanted);
  if (statuses.includes(answer.status)) return answer;
  answer.skip();
  throw refusal(answer, wanted, host);
}
