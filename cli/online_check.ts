/** Asks a repository whether it can be used as a file says. */
import { findBuiltin } from "../adapters/mod.ts";
import {
  type AdapterHost,
  bytesSource,
  collect,
  plainHost,
  type Repository,
  STATE_FOLDER,
  type StorageAdapter,
} from "../core/storage/mod.ts";
import { requireAddress } from "../core/util/address.ts";
import { BinimportError, hasCode, messageOf } from "../core/util/errors.ts";
import { bucketOf } from "./cluster_config.ts";
import { adapterInput } from "./options/mod.ts";
import type { Session } from "./session.ts";

/**
 * Asks the server; gives what it showed, as a sentence. A plain HTTP server has to answer, whatever
 * it is; in a bucket of an S3 server, an object is written, read and removed. Rejects as the minio
 * adapter does: codes `unavailable`, `unauthorized`, `forbidden`, `not-found` and others.
 */
export async function tryRepository(
  { endpoint, bucket: named, user }: Repository,
  session: Session,
): Promise<string> {
  const { flags, context, fetch, signal, report } = session;
  if (user === undefined) {
    const { status, close } = await fetch(requireAddress(endpoint, "ask"), {
      method: "GET",
      signal,
    });
    close();
    return `${endpoint} answers, with status ${status}`;
  }
  const bucket = await bucketOf(flags, context, named);
  const factory = findBuiltin("minio");
  if (factory === undefined) throw new Error("the minio adapter is built in");
  // With the file's credentials alone: those of the environment are of another purpose.
  const host = plainHost({ debug: report.debug, warn: report.warn });
  const own = { ...user, endpoint, bucket, prefix: undefined, anonymousDownload: "keep" };
  const given = { flags, complete: (input: object) => ({ ...input, ...own }) };
  const input = await adapterInput(factory, given, context, host.warn);
  await using adapter = await factory.open(factory.parse(input, host), host);
  await writeAndRead(adapter, signal, host).catch((error) => {
    throw error instanceof BinimportError && hasCode(error, "target") ? perhapsHttp(error) : error;
  });
  return `${endpoint} answers; "${user.username}" can read and write bucket "${bucket}"`;
}

/** The same error, with the reason that is the most frequent: credentials left from before. */
function perhapsHttp({ message, hint = "", cause }: BinimportError): BinimportError {
  const stale = "If it is a plain HTTP server, remove the credentials: config set FILE " +
    "--endpoint URL, without --username.";
  return new BinimportError("target", message, { hint: `${hint} ${stale}`.trim(), cause });
}

async function writeAndRead(
  adapter: StorageAdapter,
  signal: AbortSignal,
  host: AdapterHost,
): Promise<void> {
  const key = `${STATE_FOLDER}/probe-${crypto.randomUUID()}`;
  const bytes = crypto.getRandomValues(new Uint8Array(64));
  await adapter.put(key, bytesSource(bytes), { signal });
  try {
    const read = await collect(await adapter.get(key, { signal }), bytes.length);
    if (bytes.some((byte, i) => read[i] !== byte)) {
      const message = `Cannot rely on ${adapter.target}: it returns other bytes`;
      throw new BinimportError("integrity", message);
    }
  } finally {
    await adapter.remove?.(key).catch((error) =>
      host.warn("probe-left", `A small object was left there: ${messageOf(error)}`)
    );
  }
}
