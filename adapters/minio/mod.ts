/** Stores binaries in a bucket of MinIO, or of another server that speaks S3. */
import type { AdapterFactory } from "../../core/storage/mod.ts";
import { clusterSide, type MinioConfig, OPTIONS, parseConfig } from "./options.ts";

export type { MinioConfig };

/** The adapter `minio`. What talks S3 is loaded when a bucket is opened. */
const minio: AdapterFactory<MinioConfig> = {
  apiVersion: 1,
  name: "minio",
  summary: "a bucket of MinIO, or of another server that speaks S3",
  options: OPTIONS,
  parse: parseConfig,
  open: async (config, host) => (await import("./adapter.ts")).openMinio(config, host),
  cluster: clusterSide,
};
export default minio;
