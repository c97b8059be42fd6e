/**
 * binimport as a library: read offline packages, import them into places that serve them, and prove
 * that they are served.
 *
 * @example A folder of files into a web root
 * ```ts
 * import assert from "node:assert/strict";
 * import { findPackages, httpFetch, importPackages, openAdapter } from "binimport";
 *
 * const release = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${release}/kubelet`, "ELF");
 * const root = await Deno.makeTempDir();
 *
 * const packages = await findPackages([release], { stdin: () => Deno.stdin.readable });
 * await using target = await openAdapter("nginx-fs", { root });
 * using fetch = httpFetch();
 * const { summary, failures } = await importPackages(packages, [target], {
 *   packageOptions: { stripComponents: null, include: [], exclude: [] },
 *   fetch,
 * });
 * if (!summary.ok) throw failures[0]?.error;
 * assert(await Deno.readTextFile(`${root}/kubelet`) === "ELF");
 * ```
 *
 * @module
 */
import httpPutFactory from "./adapters/http_put.ts";
import memoryFactory from "./adapters/memory.ts";
import minioFactory from "./adapters/minio.ts";
import nginxFsFactory from "./adapters/nginx_fs.ts";
import type { AdapterFactory } from "./core/adapter.ts";

export { openAdapter } from "./adapters/open_adapter.ts";
export type {
  AdapterCapabilities,
  AdapterFactory,
  AdapterHost,
  AdapterInput,
  CallOptions,
  ChecksumKind,
  ClusterSide,
  ObjectInfo,
  OptionSpec,
  PrepareOptions,
  PublishOptions,
  PutOptions,
  PutSource,
  Staged,
  StorageAdapter,
} from "./core/adapter.ts";
export type { BodyDigest } from "./core/digest.ts";
export { BinimportError, type ErrorCode, type ErrorDetails } from "./core/errors.ts";
export type {
  Emit,
  ErrorEvent,
  FileAction,
  FileEvent,
  ImportEvent,
  PlanEvent,
  ProgressEvent,
  SummaryEvent,
  TargetSummary,
  WarningEvent,
} from "./core/events.ts";
export { type FindOptions, findPackages } from "./core/find_packages.ts";
export { plainHost, type PlainHostOptions } from "./core/host.ts";
export { type HttpFetch, httpFetch, type HttpOptions } from "./core/http_fetch.ts";
export { type ImportOptions, importPackages, type ImportResult } from "./core/importer.ts";
export type { Trust } from "./core/known_digests.ts";
export type { PackageLimits } from "./core/limits.ts";
export type { PackageOptions } from "./core/manifest.ts";
export type { Shard } from "./core/shard.ts";
export type {
  Package,
  PackageCopy,
  PackageFile,
  PackageItem,
  PackageReading,
  PackageRestart,
  ReadOptions,
} from "./core/package.ts";
export { loadPlugin } from "./core/plugin.ts";
export { bytesSource } from "./core/put_source.ts";
export type { Repository, RepositoryUser } from "./core/repository.ts";
export {
  type ExpectedFile,
  type Fetch,
  type FetchAnswer,
  type FetchOptions,
  type FileState,
  type Finding,
  verifyFiles,
  type VerifyMode,
  type VerifyOptions,
} from "./core/verify.ts";

/**
 * Keeps objects in memory: for tests.
 *
 * @example
 * ```ts
 * import { bytesSource, memory, openAdapter } from "binimport";
 *
 * await using adapter = await openAdapter(memory);
 * await adapter.put("a", bytesSource(new Uint8Array(1)));
 * ```
 */
export const memory: AdapterFactory = memoryFactory;
/**
 * Stores into MinIO or another S3 store.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { minio, openAdapter } from "binimport";
 *
 * const endpoint = "http://10.0.1.1:9000/kubean";
 * const secrets = { username: "rootuser", password: "from a file" };
 * await using adapter = await openAdapter(minio, { endpoint, ...secrets });
 * assert(adapter.target === "minio:http://10.0.1.1:9000/kubean");
 * ```
 */
export const minio: AdapterFactory = minioFactory;
/**
 * Stores into the folder that a web server serves.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { nginxFs, openAdapter } from "binimport";
 *
 * const served = { root: "/srv/www", url: "http://10.0.1.1:8080/" };
 * await using adapter = await openAdapter(nginxFs, served);
 * assert(adapter.publicUrl?.("a b")?.href === "http://10.0.1.1:8080/a%20b");
 * ```
 */
export const nginxFs: AdapterFactory = nginxFsFactory;
/**
 * Stores by HTTP PUT: into Nexus, Artifactory or a WebDAV folder.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { httpPut, plainHost } from "binimport";
 *
 * const host = plainHost();
 * const config = httpPut.parse({ endpoint: "http://nexus/repository/files", token: "…" }, host);
 * // await using adapter = await httpPut.open(config, host);
 * assert(config !== undefined);
 * ```
 */
export const httpPut: AdapterFactory = httpPutFactory;
