/** Where the bytes of a package come from. */

export {
  type ByteSource,
  type FileRange,
  fileSource,
  type RandomAccess,
  streamSource,
} from "./file.ts";
export { httpSource, isHttpAddress } from "./http.ts";
