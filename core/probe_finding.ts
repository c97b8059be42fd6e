/** What the answer to a probe tells, and what to do about it. */
import { BinimportError, type ErrorCode, messageOf } from "./errors.ts";
import { type Look, statusMayPass } from "./look_again.ts";
import { socketState } from "./socket_errors.ts";
import type { FetchAnswer } from "./verify.ts";

/** Why a probe was not fetched as it was written. */
export interface ProbeFinding extends Look {
  /** `unavailable` when nobody answered, `integrity` when the answer was another one. */
  readonly code: Extract<ErrorCode, "unavailable" | "integrity">;
  /** What was seen. */
  readonly state: string;
  /** What to do about it. */
  readonly hint: string;
}

/** Nobody answered. */
export function unanswered(error: unknown): ProbeFinding {
  const told = error instanceof BinimportError ? error.cause : error;
  return {
    code: "unavailable",
    state: socketState(error) ?? messageOf(error),
    mayPass: socketState(told) !== undefined, // who was silent has been waited for long enough
    hint: (error instanceof BinimportError ? error.hint : undefined) ??
      "Check that the server runs and listens there, and firewalls between. Without a URL, files are written and not fetched.",
  };
}

/** Another status than 200. */
export function refused(url: URL, status: number): ProbeFinding {
  return {
    code: "integrity",
    state: `${url.href} answers ${status}`,
    mayPass: statusMayPass(status),
    hint: hintFor(status),
  };
}

/** Status 200, and another body. */
export function somethingElse(url: URL, { header }: Pick<FetchAnswer, "header">): ProbeFinding {
  const encoding = header("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    return {
      code: "integrity",
      state: `${url.href} is sent with content-encoding ${encoding}, which was not asked for`,
      hint: "Nodes would get other bytes: switch compression off for these files.",
    };
  }
  const type = header("content-type");
  const as = type === undefined ? "" : ` of type "${type}"`;
  return {
    code: "integrity",
    state: `${url.href} answers with something else${as}`,
    hint:
      "A fallback page, a login page, a cache or another virtual host answers in place of the file: check which one serves that URL.",
  };
}

function hintFor(status: number): string {
  switch (status) {
    case 401:
      return "Nodes have no credentials: let everybody read there, without a password.";
    case 403:
      return "A file was written and may not be read: check the server's rules for anonymous readers and, for a folder, the permissions of all folders above it and SELinux.";
    case 404:
    case 410:
      return "A file was written and is not found at that URL, so the URL shows another place: check the server's root, the path in the URL, and which virtual host answers to its name.";
    default:
      return "See the server's log for the reason.";
  }
}
