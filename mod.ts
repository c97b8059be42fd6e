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
 *   packageOptions: { stripComponents: "auto", include: [], exclude: [] },
 *   fetch,
 * });
 * if (!summary.ok) throw failures[0]?.error;
 * assert(await Deno.readTextFile(`${root}/kubelet`) === "ELF");
 * ```
 *
 * @module
 */
import httpPutFactory from "./adapters/http_put/mod.ts";
import minioFactory from "./adapters/minio/mod.ts";
import { memory as memoryFactory } from "./adapters/mod.ts";
import nginxFsFactory from "./adapters/nginx_fs/mod.ts";
import type { AdapterFactory } from "./core/storage/mod.ts";

export { openAdapter } from "./adapters/mod.ts";
export {
  type Fetch,
  type FetchAnswer,
  type FetchOptions,
  type HttpFetch,
  httpFetch,
  type HttpOptions,
} from "./core/http/mod.ts";
export {
  type Emit,
  type ErrorEvent,
  type ExpectedCounts,
  type FileAction,
  type FileEvent,
  type FileState,
  type Finding,
  type ImportEvent,
  type ImportOptions,
  importPackages,
  type ImportResult,
  type PlanEvent,
  type ProgressEvent,
  type ReadableTarget,
  type SummaryEvent,
  type TargetSummary,
  type Trust,
  verifyFiles,
  type VerifyMode,
  type VerifyOptions,
  type WarningEvent,
} from "./core/importer/mod.ts";
export {
  type ExpectedFile,
  type FindOptions,
  findPackages,
  type Package,
  type PackageCopy,
  type PackageFile,
  type PackageItem,
  type PackageLimits,
  type PackageReading,
  type PackageRestart,
  type PackageWarning,
  type ReadOptions,
  type WantedFile,
} from "./core/packages/mod.ts";
export {
  type AdapterCapabilities,
  type AdapterFactory,
  type AdapterHost,
  type AdapterInput,
  bytesSource,
  type CallOptions,
  type ClearOptions,
  type ClusterSide,
  type ImmediateCalls,
  type ImmediateStaged,
  type ObjectDigest,
  type ObjectInfo,
  type OptionSpec,
  type PackageOptions,
  plainHost,
  type PlainHostOptions,
  type PrepareOptions,
  type PublishOptions,
  type PutOptions,
  type PutSource,
  type Repository,
  type RepositoryUser,
  type Shard,
  type Staged,
  type StorageAdapter,
} from "./core/storage/mod.ts";
export { loadPlugin } from "./core/storage/plugins/mod.ts";
export type { BodyDigest } from "./core/util/digest.ts";
export {
  BinimportError,
  ERROR_CODES,
  type ErrorCode,
  type ErrorDetails,
} from "./core/util/errors.ts";

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
