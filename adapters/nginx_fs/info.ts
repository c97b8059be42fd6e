/** What a file's inode tells of an object. */
import type { ObjectInfo } from "../../core/adapter.ts";
import { fileEtag } from "../../core/file_etag.ts";

/** What is known of an object from lstat(2) of its file. */
export function infoOf(key: string, file: Deno.FileInfo, now: number = Date.now()): ObjectInfo {
  const etag = fileEtag(file, now);
  return { key, size: file.size, ...(etag !== undefined && { etag }) };
}
