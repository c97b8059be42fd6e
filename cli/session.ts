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
  const report = reporter(context, flags);
  const fetch = networkFetch(flags, context, report);
  return {
    flags,
    context,
    signal: context.signal,
    report,
    fetch,
    [Symbol.dispose]() {
      fetch[Symbol.dispose]();
      report[Symbol.dispose]();
    },
  };
}

/** In bytes; a host's whole store of authorities has some 200 KB. */
const MAX_CA = 16 * 1024 * 1024;

/** Warns of each server whose certificate is not looked at. */
function networkFetch({ caFile, ...flags }: Flags, { env }: Context, report: Reporter): HttpFetch {
  const file = caFile ?? env("BINIMPORT_CA_FILE");
  const insecure = flags.insecureSkipTlsVerify ?? isYes(env("BINIMPORT_INSECURE_SKIP_TLS_VERIFY"));
  try {
    const ca = file === undefined ? {} : { ca: readForeignText(file, MAX_CA) };
    const fetch = lazyFetch({ ...ca, insecure });
    if (!insecure) return fetch;
    const warned: Fetch = (url, options) => {
      if (url.protocol === "https:") warnInsecure(url.origin, report.warn);
      return fetch(url, options);
    };
    return Object.assign(warned, { [Symbol.dispose]: fetch[Symbol.dispose] });
  } catch (cause) {
    const state = `Cannot read ${JSON.stringify(file)} of --ca-file: ${systemState(cause)}`;
    throw usageError(state, undefined, cause);
  }
}

/** Loads the client with the first request: most runs of most verbs make none. */
function lazyFetch(options: HttpOptions): HttpFetch {
  let client: HttpFetch | undefined;
  const open = async () => {
    const { httpFetch } = await import("../core/http/mod.ts");
    return client ??= httpFetch(options);
  };
  const fetch: Fetch = async (url, options) => (await open())(url, options);
  return Object.assign(fetch, {
    digest: async (...given: Parameters<Required<Fetch>["digest"]>) =>
      await (await open()).digest?.(...given),
    [Symbol.dispose]: () => client?.[Symbol.dispose](),
  });
}
