/** Asks a repository whether it can be used as a file says. */
import { findBuiltin } from "../adapters/mod.ts";
import {
  type AdapterHost,
  type AdapterInput,
  bytesSource,
  collect,
  plainHost,
  type Repository,
  STATE_FOLDER,
  type StorageAdapter,
} from "../core/storage/mod.ts";
import { requireAddress } from "../core/util/address.ts";
import { BinimportError, messageOf } from "../core/util/errors.ts";
import { type BucketFlag, bucketOf } from "./cluster_config.ts";
import type { Context } from "./context.ts";
import { adapterInput, type NetworkFlags } from "./options/mod.ts";
import type { Reporter } from "./output/mod.ts";
import { networkFetch } from "./packages.ts";

/** Values of the flags that it takes. */
export type OnlineFlags = NetworkFlags & BucketFlag;

/**
 * Asks the server; gives what it showed, as a sentence. A plain HTTP server has to answer, whatever
 * it is; in a bucket of an S3 server, an object is written, read and removed. Rejects as the minio
 * adapter does: codes `unavailable`, `unauthorized`, `forbidden`, `not-found` and others.
 */
export async function tryRepository(
  repository: Repository,
  flags: OnlineFlags,
  context: Context,
  report: Reporter,
): Promise<string> {
  const { endpoint, bucket, user } = repository;
  if (user === undefined) return await askHttp(endpoint, flags, context, report);
  const named = await bucketOf(flags, context, bucket);
  return await askS3({ endpoint, bucket: named, user }, flags, context, report);
}

async function askHttp(
  endpoint: string,
  flags: OnlineFlags,
  context: Context,
  report: Reporter,
): Promise<string> {
  using fetch = await networkFetch(flags, context, report);
  const { signal } = context;
  const answer = await fetch(requireAddress(endpoint, "ask"), { method: "GET", signal });
  answer.close();
  return `${endpoint} answers, with status ${answer.status}`;
}

async function askS3(
  { endpoint, bucket, user }: Required<Repository>,
  flags: OnlineFlags,
  context: Context,
  report: Reporter,
): Promise<string> {
  const factory = findBuiltin("minio");
  if (factory === undefined) throw new Error("the minio adapter is built in");
  const host = hostFor(report);
  const complete = (given: AdapterInput): AdapterInput => ({
    ...given,
    ...user,
    endpoint,
    bucket,
    prefix: undefined,
    anonymousDownload: "keep",
  });
  const given = { flags: { ...flags }, complete };
  const input = await adapterInput(factory, given, context, host.warn);
  await using adapter = await factory.open(factory.parse(input, host), host);
  await writeAndRead(adapter, context.signal, host).catch((error) => {
    throw error instanceof BinimportError && error.code === "target" ? perhapsHttp(error) : error;
  });
  return `${endpoint} answers; "${user.username}" can read and write bucket "${bucket}"`;
}

/** The same error, with the reason that is the most frequent: credentials left from before. */
function perhapsHttp({ message, hint = "", cause }: BinimportError): BinimportError {
  const stale = "If it is a plain HTTP server, take the credentials away: config set FILE " +
    "--endpoint URL, without --username.";
  return new BinimportError("target", message, { hint: `${hint} ${stale}`.trim(), cause });
}

/** With the file's credentials alone: those of the environment are of another purpose. */
function hostFor({ debug, emit }: Reporter): AdapterHost {
  return plainHost({
    debug,
    warn(code, message, hint) {
      emit({ event: "warning", code, message, ...(hint === undefined ? {} : { hint }) });
    },
  });
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
      throw new BinimportError(
        "integrity",
        `Cannot rely on ${adapter.target}: it gives other bytes`,
      );
    }
  } finally {
    await adapter.remove?.(key).catch((error) =>
      host.warn("probe-left", `A small object stays there: ${messageOf(error)}`)
    );
  }
}
