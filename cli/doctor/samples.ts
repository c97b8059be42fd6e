/** What a server answers for files that an import may bring, before there are any. */
import type { Fetch } from "../../core/http/mod.ts";
import { SAMPLE_KEYS, type Warning } from "../../locate/mod.ts";
import { type HostFinding, warningFinding } from "./finding.ts";

/** Whether the server would let nodes have a file, as far as can be asked before it is there. */
export type Serving =
  /** It looks for every file that was asked for. */
  | { readonly state: "open" }
  /** It does not; with what it says of one. */
  | { readonly state: "refused"; readonly url: string; readonly status: number }
  /** Nobody answers, or it was not asked. */
  | { readonly state: "unknown" };

/** Not there yet is what is to be expected; some programs answer with a page of their own. */
function isRefusal(status: number): boolean {
  return status >= 400 && status !== 404 && status !== 410;
}

/** Asks for each kind of file by its head, without credentials, as nodes do. */
export async function askSamples(
  base: string,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<Serving> {
  const folder = base.endsWith("/") ? base : `${base}/`;
  try {
    for (const key of SAMPLE_KEYS) {
      const { status, close } = await fetch(new URL(folder + key), { method: "HEAD", signal });
      close();
      if (isRefusal(status)) return { state: "refused", url: folder + key, status };
    }
    return { state: "open" };
  } catch {
    signal.throwIfAborted();
    return { state: "unknown" }; // that nobody answers is told by itself
  }
}

/** Warnings that an import fails by: files are read from elsewhere. */
const FATAL = new Set(["elsewhere"]);

/** Warnings that an import fails by unless the server turns out to let nodes in. */
const FATAL_IF_REFUSED = new Set(["auth-basic", "folder-closed", "disable-symlinks"]);

/** The finding for a warning, by whether an import to a URL would fail of it. */
export function findingFor(check: string, warning: Warning, serving: Serving): HostFinding {
  const { code, message, hint } = warning;
  const finding = warningFinding(check, message, hint);
  const fails = FATAL.has(code) || (FATAL_IF_REFUSED.has(code) && serving.state !== "open");
  return fails ? { ...finding, state: "problem" } : finding;
}

/** The finding for a server that refuses. */
export function servingFindings(serving: Serving): HostFinding[] {
  if (serving.state !== "refused") return [];
  const { url, status } = serving;
  return [{
    check: "nodes",
    state: "problem",
    message:
      `${url} is answered with ${status}, though nothing is there yet: nodes would not get it`,
    hint: status === 401 || status === 403
      ? "Let everybody fetch it: look for allow, deny, auth_basic, and for folders that the server's user may not enter."
      : `See what answers: curl -I ${url}`,
  }];
}
