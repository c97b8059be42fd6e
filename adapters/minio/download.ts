/** Reads an object as a stream. */
import type { IncomingMessage } from "node:http";
import { BinimportError } from "../../core/errors.ts";
import type { Call } from "./connection.ts";
import { toBinimportError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { send } from "./requests.ts";
import { about, type Store, target } from "./store.ts";

/**
 * The bytes of an object, read as fast as they are taken. The stream fails when the connection is
 * cut or falls silent, and when fewer bytes came than the server announced; cancelling it, or
 * aborting the signal, closes the connection.
 */
export async function readObject(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<Uint8Array>> {
  const call: Call = { ...about(store, "read", key, signal), streams: true };
  return await store.connection.call(call, async (attempt) => {
    const answer = await send(attempt, { ...target(store, key), method: "GET" });
    return bodyStream(answer, attempt.exchange, call);
  });
}

function bodyStream(
  answer: IncomingMessage,
  exchange: Exchange,
  call: Call,
): ReadableStream<Uint8Array> {
  const announced = Number(answer.headers["content-length"] ?? NaN);
  const chunks: AsyncIterator<Uint8Array> = answer[Symbol.asyncIterator]();
  let seen = 0;

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { done, value } = await exchange.waitFor(chunks.next());
    if (!done) {
      seen += value.length;
      return controller.enqueue(value);
    }
    if (seen < announced) throw cutShort(call, seen, announced);
    exchange.close();
    controller.close();
  }

  return new ReadableStream({
    pull: (controller) =>
      pull(controller).catch((error) => {
        exchange.close();
        call.signal?.throwIfAborted();
        throw toBinimportError(error, exchange.head(), call);
      }),
    cancel: () => exchange.close(),
  }, { highWaterMark: 0 });
}

function cutShort({ doing, place, key }: Call, seen: number, announced: number): BinimportError {
  return new BinimportError(
    "unavailable",
    `Cannot ${doing} "${place}": the connection ended after ${seen} of ${announced} bytes`,
    { retryable: true, ...(key !== undefined && { key }) },
  );
}
