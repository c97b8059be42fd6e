/** Sending a body: when the server is ready for it, and no faster than it takes it. */
import type { ClientRequest } from "node:http";

/** A server that knows nothing of `Expect` is silent; RFC 9110, 10.1.1 bids not to wait for ever. */
const CONTINUE_LIMIT = 1000;

/** A body of known length. */
export interface Body {
  readonly size: number;
  /** Ends only when all is right: a server then never gets a whole body that is wrong. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** How far a body got. */
export interface Progress {
  /** Whether its source was asked for anything: it cannot be sent again then. */
  begun: boolean;
  /** Why its source failed, if it did. */
  failed?: { readonly reason: unknown };
}

/** Sends a body, unless the server answers before its end; notes in `progress` how far it got. */
export async function sendBody(
  sent: ClientRequest,
  { size, chunks }: Body,
  answered: Promise<unknown>,
  progress: Progress,
): Promise<void> {
  let decided = false;
  const decision = answered.then(() => void (decided = true));
  decision.catch(() => {}); // whoever waits for the answer hears of it
  if (size > 0) {
    sent.flushHeaders();
    await Promise.race([decision, untilReady(sent)]);
  }
  if (decided) return;
  progress.begun = true;
  for await (const chunk of noting(chunks, progress)) {
    // A copy: the chunk's memory is used again, and Bun says that it has sent what it still holds.
    const own = new Uint8Array(chunk);
    const written = new Promise<void>((resolve) => void sent.write(own, () => resolve()));
    await Promise.race([decision, written]);
    if (decided) return;
  }
  sent.end();
}

function untilReady(sent: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CONTINUE_LIMIT);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    sent.once("continue", stop);
    sent.once("close", stop);
  });
}

async function* noting(
  chunks: AsyncIterable<Uint8Array>,
  progress: Progress,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (reason) {
    progress.failed = { reason };
    throw reason;
  }
}
