/** What it means to an import that a request got no whole answer. */
import { codeOf, distrust, socketState } from "../../core/socket_errors.ts";
import type { Explanation } from "./errors.ts";
import { SilenceError } from "./watch.ts";

const UP = "Check that the server runs, and that this is its host and port.";

/**
 * What stopped a request before its answer was complete; `undefined` when it was something else.
 * `place` is the target's name.
 */
export function explainNetworkError(error: unknown, place: string): Explanation | undefined {
  const code = codeOf(error);
  const state = error instanceof SilenceError ? error.message : socketState(error);
  if (state !== undefined) return { code: "unavailable", state, hint: UP, retryable: true };
  const distrusted = distrust(error);
  if (distrusted !== undefined) return { code: "unavailable", ...distrusted };
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER") {
    return {
      code: "unavailable",
      state: "the server does not speak TLS on this port",
      hint: `Write "${place.replace(/^https:/, "http:")}".`,
    };
  }
  if (code.startsWith("HPE_")) {
    return { code: "target", state: "the answer is not HTTP", hint: UP };
  }
  return undefined;
}
