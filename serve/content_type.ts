/** What kind of file a name tells of. */
import { lookup } from "mrmime";

/** What packages are full of, and what lists made for the web leave out. */
const ARCHIVES: Readonly<Record<string, string>> = {
  "7z": "application/x-7z-compressed",
  asc: "text/plain",
  bz2: "application/x-bzip2",
  deb: "application/vnd.debian.binary-package",
  iso: "application/x-iso9660-image",
  qcow2: "application/x-qemu-disk",
  rpm: "application/x-rpm",
  sha256: "text/plain",
  sha512: "text/plain",
  tar: "application/x-tar",
  tgz: "application/gzip",
  whl: "application/zip",
  xz: "application/x-xz",
  yaml: "application/yaml", // RFC 9512
  yml: "application/yaml",
  zst: "application/zstd",
};

/** The media type for a file; that of unknown bytes when its name tells nothing. */
export function contentType(key: string): string {
  const [, extension = ""] = /\.([^./]+)$/.exec(key.toLowerCase()) ?? [];
  return ARCHIVES[extension] ?? lookup(extension) ?? "application/octet-stream";
}
