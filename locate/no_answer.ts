/** Why no file or folder answers a URL. */
import { BinimportError } from "../core/errors.ts";
import type { LocationPlace } from "./answer.ts";

/** What stands in the way. */
export type Obstacle =
  /** No server listens there, or it does not take such a request. */
  | "no-server"
  /** nginx answers 400. */
  | "bad-request"
  /** `return`. */
  | "return"
  /** `rewrite`. */
  | "rewrite"
  /** A redirect that nginx makes by itself. */
  | "redirect"
  /** Something else than a file answers: `proxy_pass` and the like. */
  | "handler"
  /** `deny`. */
  | "denied"
  /** `internal`. */
  | "internal"
  /** The path depends on something that the configuration does not tell. */
  | "unclear"
  /** No file is looked for under the URL's own name. */
  | "no-file"
  /** nginx would not start with this configuration. */
  | "invalid";

/** No path follows. The message is the reason, to stand behind `Cannot find …: `. */
export class NoAnswer extends Error {
  /** The location that was to answer, if it came so far. */
  location?: LocationPlace;

  /** Takes the obstacle, the reason, and what to do. */
  constructor(readonly obstacle: Obstacle, reason: string, readonly hint: string) {
    super(reason);
    this.name = "NoAnswer";
  }
}

/** The user's error for a reason; anything else is given back as it is. */
export function userError(what: string, error: unknown): unknown {
  if (!(error instanceof NoAnswer)) return error;
  return new BinimportError("nginx-conf", `Cannot find ${what}: ${error.message}`, {
    hint: error.hint,
    cause: error,
  });
}
