/** `binimport serve` as a process. */
import assert from "node:assert/strict";
import { type Ended, start } from "../e2e/run.ts";
import { kill } from "../kill.ts";

/** A process that serves. Disposing of it ends it. */
export interface ServeProcess extends AsyncDisposable {
  readonly pid: number;
  /** `http://127.0.0.1:PORT`, or the same with https. */
  readonly origin: string;
  /** Sends a signal, and gives how the process ends. */
  stop(signal: Deno.Signal): Promise<Omit<Ended, "events">>;
}

/**
 * Starts `binimport serve FOLDER ARGS…` on a free port, and waits until it listens. `under` is a
 * program that is given its command line.
 */
export async function startServing(
  folder: string,
  args: readonly string[] = [],
  under: readonly string[] = [],
): Promise<ServeProcess> {
  const child = start(["serve", folder, "--listen", "127.0.0.1:0", ...args], { under });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  let running = true;
  const status = child.status.then(({ code }) => {
    running = false;
    return code;
  });
  const listening = () =>
    /(https?:\/\/127\.0\.0\.1:\d+)\//.exec(stdout.text() + stderr.text())?.[1];
  while (running && listening() === undefined) await pause();
  const origin = listening() ?? assert.fail(stderr.text());

  async function stop(signal: Deno.Signal): Promise<Omit<Ended, "events">> {
    kill(child, signal);
    return { status: await status, stdout: await stdout.whole, stderr: await stderr.whole };
  }

  return {
    pid: child.pid,
    origin,
    stop,
    async [Symbol.asyncDispose]() {
      await stop("SIGKILL");
    },
  };
}

/** What has come so far of a stream, and all of it. */
function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): { text(): string; readonly whole: Promise<string> } {
  let text = "";
  const whole = (async () => {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) text += chunk;
    return text;
  })();
  return { text: () => text, whole };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
