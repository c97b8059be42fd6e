/**
 * binimport as a library: read offline packages, import them into places that serve them, and prove
 * that they are served.
 *
 * @example Both packages of a folder into a web root
 * ```ts no-eval
 * import { findPackages, httpFetch, importPackages, nginxFs, plainHost } from "binimport";
 *
 * const host = plainHost();
 * const packages = await findPackages(["./offline"], { stdin: () => Deno.stdin.readable });
 * await using target = await nginxFs.open(nginxFs.parse({ root: "/srv/www" }, host), host);
 * using fetch = httpFetch();
 * const { summary } = await importPackages(packages, [target], {
 *   packageOptions: { stripComponents: null, include: [], exclude: [] },
 *   fetch,
 * });
 * console.log(summary.written, "files written");
 * ```
 *
 * @module
 */
import memoryFactory from "./adapters/memory.ts";
import minioFactory from "./adapters/minio.ts";
import nginxFsFactory from "./adapters/nginx_fs.ts";
import type { AdapterFactory } from "./core/adapter.ts";

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
  PublishOptions,
  PutOptions,
  PutSource,
  Staged,
  StorageAdapter,
} from "./core/adapter.ts";
export type { BodyDigest } from "./core/digest_pool.ts";
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

/** Keeps objects in memory: for tests. */
export const memory: AdapterFactory = memoryFactory;
/** Stores into MinIO or another S3 store. */
export const minio: AdapterFactory = minioFactory;
/** Stores into the folder that a web server serves. */
export const nginxFs: AdapterFactory = nginxFsFactory;
