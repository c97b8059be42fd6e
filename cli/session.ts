/** What a verb works with while it runs. */
import { type Fetch, type HttpFetch, type HttpOptions, warnInsecure } from "../core/http/mod.ts";
import { systemState } from "../core/util/errno.ts";
import { readForeignText } from "../core/util/foreign_file.ts";
import type { RunRecord } from "../report/mod.ts";
import { type Context, usageError } from "./context.ts";
import { type Flags, isYes } from "./options/mod.ts";
import { type Reporter, reporter } from "./output/mod.ts";

/** A run of a verb, until it is disposed of. */
export interface Session extends Disposable {
  readonly flags: Flags;
  readonly context: Context;
  readonly signal: AbortSignal;
  readonly report: Reporter;
  /** Fetches public URLs, with the same trust as adapters have. */
  readonly fetch: HttpFetch;
  /** Keeps what the page of `--report` is made of; absent when none is wanted. */
  readonly record?: RunRecord;
}

/** Begins a run. Code `usage` where `--ca-file` cannot be read. */
export function openSession(flags: Flags, context: Context): Session {
  const trust = trustOf(flags, context);
  const report = reporter(context, flags);
  let client: HttpFetch | undefined;
  // Loaded with the first request: most runs of most verbs make none.
  const open = async () => {
    const { httpFetch } = await import("../core/http/mod.ts");
    return client ??= httpFetch(trust);
  };
  const fetch: Fetch = async (url, options) => {
    if (trust.insecure && url.protocol === "https:") warnInsecure(url.origin, report.warn);
    return (await open())(url, options);
  };
  const digest: Fetch["digest"] = async (...given) => await (await open()).digest?.(...given);
  const close = () => client?.[Symbol.dispose]();
  return {
    flags,
    context,
    signal: context.signal,
    report,
    // Without it every body goes through `fetch`, which warns.
    fetch: Object.assign(fetch, { ...(!trust.insecure && { digest }), [Symbol.dispose]: close }),
    [Symbol.dispose]() {
      close();
      report[Symbol.dispose]();
    },
  };
}

/** In bytes; a host's whole store of authorities has some 200 KB. */
const MAX_CA = 16 * 1024 * 1024;

/** Which servers public URLs may lead to. */
function trustOf({ caFile, insecureSkipTlsVerify }: Flags, { env }: Context): HttpOptions {
  const file = caFile ?? env("BINIMPORT_CA_FILE");
  const insecure = insecureSkipTlsVerify ?? isYes(env("BINIMPORT_INSECURE_SKIP_TLS_VERIFY"));
  try {
    return { ...(file !== undefined && { ca: readForeignText(file, MAX_CA) }), insecure };
  } catch (cause) {
    const state = `Cannot read ${JSON.stringify(file)} of --ca-file: ${systemState(cause)}`;
    throw usageError(state, undefined, cause);
  }
}
