/** Where nodes fetch from: the base URL, and that of a key. */
import { usage } from "./usage.ts";

/** The URL of a key below a base that ends in `/`. */
export function publicUrl(base: string, key: string): URL {
  return new URL(base + key.split("/").map(encodeURIComponent).join("/"));
}

/** The base URL of an option, with a slash at its end; throws code `usage`. */
export function parseUrl(text: string): string {
  const hint = "Give the address that nodes use, such as http://10.6.170.10:8080.";
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw usage(`use the URL "${text}": it is no http or https address`, hint);
  }
  // Not shown: it would be printed with whatever links it gives.
  if (url.username || url.password) throw usage("use the URL: it holds credentials", hint);
  if (url.search || url.hash) {
    throw usage(`use the URL "${text}": it has a query or fragment`, hint);
  }
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}
