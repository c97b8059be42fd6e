/** The built-in adapters. */
import type { AdapterFactory } from "../core/adapter.ts";
import containerMount from "./container_mount.ts";
import httpPut from "./http_put.ts";
import memory from "./memory.ts";
import minio from "./minio.ts";
import nginxFs from "./nginx_fs.ts";

/** The built-in adapters, the most used first. */
export const builtinAdapters: readonly AdapterFactory[] = [
  nginxFs,
  minio,
  containerMount,
  httpPut,
  memory,
];

/** The built-in adapter of that name; `s3` is another name of `minio`. */
export function findBuiltin(name: string): AdapterFactory | undefined {
  const wanted = name === "s3" ? "minio" : name;
  return builtinAdapters.find((one) => one.name === wanted);
}
