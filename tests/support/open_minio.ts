/** Opens the `minio` adapter on a server for tests. */
import minio, { type MinioConfig } from "../../adapters/minio/mod.ts";
import type { AdapterHost, AdapterInput, StorageAdapter } from "../../core/storage/adapter.ts";
import { testHost } from "./adapter_host.ts";
import type { S3Place } from "./s3_import.ts";

/** The adapter with every method that it has in fact. */
export type FullAdapter = Required<StorageAdapter>;

/** What to open it with. */
export interface OpenMinioOptions {
  /** Options as on the command line. Default: the server's own address, user and password. */
  readonly input?: AdapterInput;
  /** Parts of the configuration that no option sets. */
  readonly config?: Partial<MinioConfig>;
  /** Default: one that forgets. */
  readonly host?: AdapterHost;
}

/** Parts as small as S3 allows, so that tests need not send much. */
export const PART_SIZE = 5 * 2 ** 20;

/** Opens an adapter with parts of {@linkcode PART_SIZE}. */
export async function openMinio(
  server: S3Place,
  { input = {}, config = {}, host = testHost() }: OpenMinioOptions = {},
): Promise<FullAdapter> {
  const { url: endpoint, user: username, password } = server;
  const given = { endpoint, username, password, partSize: "5MiB", ...input };
  const adapter = await minio.open({ ...minio.parse(given, host), ...config }, host);
  if (!isFull(adapter)) throw new Error("minio lacks a method that it should have");
  return adapter;
}

function isFull(adapter: StorageAdapter): adapter is FullAdapter {
  const { stage, prepare, list, remove, publicUrl } = adapter;
  return [stage, prepare, list, remove, publicUrl].every((method) => method !== undefined);
}
