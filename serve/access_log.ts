/** One line for each request. */

/** A request that was answered, or whose answer broke off. */
export interface RequestEvent {
  readonly event: "request";
  /** When it came in, in ISO 8601. */
  readonly time: string;
  /** Who asked: an IP address. */
  readonly client: string;
  readonly method: string;
  /** Path and query as they came in. */
  readonly path: string;
  readonly status: number;
  /** Bytes of the body that were handed over to be sent. */
  readonly bytes: number;
  readonly seconds: number;
  readonly agent: string;
  /** Why the answer broke off; absent when it was sent whole. */
  readonly broken?: string;
}

/** The combined format of Apache and nginx, and the seconds; nothing of a client breaks out of it. */
export function accessLine(event: RequestEvent): string {
  const { client, time, method, path, status, bytes, seconds, agent, broken } = event;
  const request = `${client} - - [${time}] ${quoted(`${method} ${path}`)}`;
  const answer = `${status} ${bytes} "-" ${quoted(agent || "-")} ${seconds}`;
  return `${request} ${answer}${broken === undefined ? "" : ` ${quoted(broken)}`}\n`;
}

function quoted(text: string): string {
  const safe = text.replace(
    /["\\\x00-\x1f\x7f-\x9f\u2028\u2029]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `"${safe}"`;
}
