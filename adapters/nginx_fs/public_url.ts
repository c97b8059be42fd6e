/** From a key to where a node fetches it. */

/** The URL of a key below a base that ends in `/`. */
export function publicUrl(base: string, key: string): URL {
  return new URL(base + key.split("/").map(encodeURIComponent).join("/"));
}
