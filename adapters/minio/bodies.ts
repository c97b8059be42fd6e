/** Bodies of requests and of answers. */
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/**
 * A body handed over in one piece shows no byte moving until all of it has left, and on a slow
 * line would be taken for stuck. So a large one leaves in slices of so many bytes.
 */
const SLICE = 128 * 1024;

/** The bytes in the form that minio-js is to send. */
export function requestBody(bytes: Buffer): Buffer | Readable {
  if (bytes.length <= SLICE) return bytes;
  let at = 0;
  return new Readable({
    highWaterMark: SLICE,
    read() {
      this.push(at < bytes.length ? bytes.subarray(at, at + SLICE) : null);
      at += SLICE;
    },
  });
}

/** Reads an answer's body to its end; rejects when it is cut short. */
export async function answerText(answer: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
