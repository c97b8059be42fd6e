/** Places that may do by themselves what others do by core/util, each with the reason. */

/** What a place does by itself. */
export type Kind = "file" | "address" | "pattern" | "body";

/** Files that may. A folder ends in a slash. */
export interface Allowed {
  readonly kind: Kind;
  readonly paths: readonly string[];
  readonly reason: string;
}

/** All that there are. */
export const ALLOWED: readonly Allowed[] = [
  {
    kind: "file",
    paths: ["core/util/foreign_file.ts"],
    reason: "opens first, and judges then",
  },
  {
    kind: "file",
    paths: ["core/util/hash_workers.ts"],
    reason: "a worker's text stands alone; it opens in the same way",
  },
  {
    kind: "file",
    paths: [
      "adapters/nginx_fs/dir_handle.ts",
      "adapters/nginx_fs/file_system.ts",
      "adapters/nginx_fs/session.ts",
      "adapters/nginx_fs/temp_file.ts",
      "cluster_config/file.ts",
    ],
    reason: "opens folders, or files for writing, by O_PATH, O_EXCL or O_NOFOLLOW",
  },
  {
    kind: "file",
    paths: [
      "core/packages/find.ts",
      "core/packages/file_source.ts",
    ],
    reason: "packages, which the user names, and which may be pipes",
  },
  {
    kind: "file",
    paths: [
      "cli/interactive.ts",
      "core/util/bounded_read.ts",
    ],
    reason: "a file that an option names, which may be a pipe",
  },
  {
    kind: "file",
    paths: [
      "adapters/minio/lock/record.ts",
      "adapters/nginx_fs/selinux.ts",
      "adapters/nginx_fs/accounts.ts",
      "cli/doctor/host.ts",
      "cli/about.ts",
      "cli/help.ts",
      "cli/process.ts",
      "core/storage/file_etag.ts",
      "locate/proc.ts",
      "serve/http_server.ts",
    ],
    reason: "files of the kernel, of root, or our own",
  },
  { kind: "address", paths: ["core/util/address.ts"], reason: "the parser itself" },
  {
    kind: "address",
    paths: [
      "adapters/http_put/folders.ts",
      "adapters/minio/adapter.ts",
      "adapters/minio/endpoint.ts",
      "adapters/option_values.ts",
      "cli/doctor/network.ts",
      "core/expected/targets.ts",
      "core/packages/find.ts",
    ],
    reason: "puts a key, encoded, below an address that was read",
  },
  {
    kind: "pattern",
    paths: [
      "core/http/server_words.ts",
      "adapters/nginx_fs/dir_handle.ts",
      "cli/list/run.ts",
      "cli/options/targets.ts",
      "cluster_config/check/mod.ts",
      "cluster_config/typography.ts",
      "cluster_config/yaml_nodes.ts",
      "core/packages/checksums.ts",
      "core/packages/iso9660/distributions.ts",
      "core/packages/names/architectures.ts",
      "core/packages/names/entry_key.ts",
      "core/packages/releases.ts",
      "locate/proc.ts",
      "locate/servers/nginx/processes.ts",
      "serve/http_date.ts",
    ],
    reason: "made of constants of ours",
  },
  {
    kind: "body",
    paths: ["core/storage/conformance/concurrency.ts"],
    reason: "bytes that were written here, or are bounded already",
  },
];
