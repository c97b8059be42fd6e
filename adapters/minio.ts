/** Stores binaries in a bucket of MinIO, or of another server that speaks S3. */
import type { AdapterFactory } from "../core/adapter.ts";
import { clusterSide } from "./minio/cluster_side.ts";
import { type MinioConfig, OPTIONS, parseConfig } from "./minio/config.ts";

export type { MinioConfig };

/** The adapter `minio`. What talks S3 is loaded when a bucket is opened. */
const minio: AdapterFactory<MinioConfig> = {
  apiVersion: 1,
  name: "minio",
  summary: "a bucket of MinIO, or of another server that speaks S3",
  options: OPTIONS,
  parse: parseConfig,
  open: async (config, host) => (await import("./minio/adapter.ts")).openMinio(config, host),
  cluster: clusterSide,
};
export default minio;
