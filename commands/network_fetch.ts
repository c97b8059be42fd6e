/** Fetches with the trust that flags say. */
import { BinimportError, messageOf } from "../core/errors.ts";
import { type HttpFetch, httpFetch } from "../core/http_fetch.ts";
import type { Context } from "./context.ts";
import type { NetworkFlags } from "./network_flags.ts";

/** What fetches public URLs: with the same trust as the adapter has. */
export async function networkFetch(flags: NetworkFlags, context: Context): Promise<HttpFetch> {
  const file = flags.caFile ?? context.env("BINIMPORT_CA_FILE");
  const insecure = flags.insecureSkipTlsVerify ??
    (context.env("BINIMPORT_INSECURE_SKIP_TLS_VERIFY") === undefined ? undefined : true);
  return httpFetch({
    ...(file === undefined ? {} : { ca: await readCa(file) }),
    ...(insecure === undefined ? {} : { insecure }),
  });
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
