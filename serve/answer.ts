/** Answers, and sending them as fast as the client takes them. */
import type { ServerResponse } from "node:http";
import { messageOf } from "../core/util/errors.ts";
import type { RequestEvent } from "./access_log.ts";

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | FilePart;
}

/** Bytes of an open file, both ends included. Whoever sends them closes it. */
export interface FilePart {
  readonly file: Deno.FsFile;
  readonly start: number;
  readonly end: number;
}

/** How an answer went. */
export type Sent = Pick<RequestEvent, "bytes" | "broken">;

/** Sends an answer; never rejects. */
export type Send = (answer: Answer, response: ServerResponse) => Promise<Sent>;

/** Bytes that all answers under way may have in memory: the more there are, the smaller the chunks. */
const BUDGET = 32 * 1024 * 1024;

/** What is larger has left the processor's cache by the time it is sent. */
const MAX_CHUNK = 256 * 1024;
const MIN_CHUNK = 16 * 1024;

/** Makes what sends; the answers of one server share a budget of memory. */
export function sender(): Send {
  let open = 0;
  return async ({ status, headers, body }, response) => {
    const hasLength = "content-length" in headers || status === 304;
    response.writeHead(status, { ...headers, ...(hasLength ? {} : { "content-length": "0" }) });
    if (body === undefined || body instanceof Uint8Array) {
      response.end(body);
      return { bytes: body?.length ?? 0 };
    }
    open++;
    const chunk = Math.max(MIN_CHUNK, Math.min(MAX_CHUNK, Math.floor(BUDGET / (2 * open))));
    const sent = await sendPart(body, response, chunk);
    open--;
    body.file.close();
    // What was cut short ends with its connection: the client sees that something is missing.
    if (sent.broken === undefined) response.end();
    else response.destroy();
    return sent;
  };
}

/** Reads into one buffer while the other is sent: a new one for each chunk would be zeroed first. */
async function sendPart(
  { file, start, end }: FilePart,
  response: ServerResponse,
  chunk: number,
): Promise<Sent> {
  let left = end - start + 1;
  let bytes = 0;
  let settle: (error?: Error | null) => void = () => {};
  const write = (data: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      settle = (error) => error ? reject(error) : resolve();
      if (response.destroyed) settle(new Error("the client left"));
      else response.write(data, settle);
    });
  response.once("close", () => settle(new Error("the client left")));
  const size = Math.min(left, chunk);
  const buffers = [new Uint8Array(size), new Uint8Array(size)] as const;
  let taken = Promise.resolve();
  try {
    if (start > 0) await file.seek(start, Deno.SeekMode.Start);
    for (let turn: 0 | 1 = 0; left > 0; turn = turn === 0 ? 1 : 0) {
      const read = await file.read(buffers[turn].subarray(0, left)) ?? 0;
      if (read === 0) throw new Error("the file was cut short while it was sent");
      await taken;
      taken = write(buffers[turn].subarray(0, read));
      taken.catch(() => {}); // told where it is waited for
      left -= read;
      bytes += read;
    }
    await taken;
    return { bytes };
  } catch (error) {
    return { bytes, broken: messageOf(error) };
  }
}
