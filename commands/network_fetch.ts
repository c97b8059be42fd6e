/** Fetches with the trust that flags say. */
import { BinimportError, messageOf } from "../core/errors.ts";
import { type HttpFetch, httpFetch } from "../core/http_fetch.ts";
import { warnInsecure } from "../core/insecure_tls.ts";
import type { Context } from "./context.ts";
import type { NetworkFlags } from "./network_flags.ts";
import type { Reporter } from "./output/reporter.ts";
import { isYes } from "./variables.ts";

/** What fetches public URLs: with the same trust as the adapter has. Warns where it has too much. */
export async function networkFetch(
  flags: NetworkFlags,
  context: Context,
  report: Reporter,
): Promise<HttpFetch> {
  const file = flags.caFile ?? context.env("BINIMPORT_CA_FILE");
  const insecure = flags.insecureSkipTlsVerify ??
    isYes(context.env("BINIMPORT_INSECURE_SKIP_TLS_VERIFY"));
  const fetch = httpFetch({ ...(file === undefined ? {} : { ca: await readCa(file) }), insecure });
  return insecure ? warning(fetch, report) : fetch;
}

function warning(fetch: HttpFetch, report: Reporter): HttpFetch {
  const told = (...[url, options]: Parameters<HttpFetch>) => {
    if (url.protocol === "https:") warnInsecure(url.origin, report.warn);
    return fetch(url, options);
  };
  return Object.assign(told, { [Symbol.dispose]: () => fetch[Symbol.dispose]() });
}

async function readCa(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new BinimportError(
      "usage",
      `Cannot read ${JSON.stringify(file)} of --ca-file: ${messageOf(cause)}`,
      { cause },
    );
  }
}
