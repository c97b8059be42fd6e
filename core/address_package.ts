/** A package at an address, and what lies beside it there. */
import { archivePackage } from "./archive_package.ts";
import { findChecksum, MAX_CHECKSUM_SIZE } from "./checksum_file.ts";
import { httpSource } from "./http_source.ts";
import type { Package } from "./package.ts";
import type { Fetch, FetchAnswer } from "./verify.ts";

/** How a package at an address is reached. */
export interface AddressOptions {
  readonly fetch: Fetch;
  /** How often a download that broke is taken up again without a byte in between. Default: 3. */
  readonly retries?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A package over what a server answers, with its length and checksum file if the server tells of
 * them. Whether the package itself can be had is found out when it is read.
 */
export async function addressPackage(address: string, options: AddressOptions): Promise<Package> {
  const source = httpSource(address, options.fetch, options.retries);
  const size = await lengthAt(new URL(address), options);
  const expected = await findChecksum(source.name, (name) => {
    const url = new URL(address);
    url.pathname = url.pathname.replace(/[^/]*$/, name);
    return textAt(url, options);
  });
  return archivePackage(size === undefined ? source : { ...source, size }, expected);
}

async function lengthAt(url: URL, options: AddressOptions): Promise<number | undefined> {
  const answer = await ask(url, "HEAD", options);
  answer?.close();
  const length = answer?.header("content-length");
  return length === undefined ? undefined : Number(length);
}

/** A small text; undefined where there is none, or a page that a server shows in its place. */
async function textAt(url: URL, options: AddressOptions): Promise<string | undefined> {
  const answer = await ask(url, "GET", options);
  if (answer === undefined) return undefined;
  try {
    if (/html/i.test(answer.header("content-type") ?? "")) return undefined;
    let text = "";
    const decoder = new TextDecoder("latin1"); // digests are ASCII; names only have to be the same
    for await (const chunk of answer.body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > MAX_CHECKSUM_SIZE) return "";
    }
    return text;
  } finally {
    answer.close();
  }
}

/** The answer if it is 200; nothing when the server is not there, which reading will tell. */
async function ask(
  url: URL,
  method: "GET" | "HEAD",
  { fetch, signal }: AddressOptions,
): Promise<FetchAnswer | undefined> {
  try {
    const answer = await fetch(url, { method, ...(signal === undefined ? {} : { signal }) });
    if (answer.status === 200) return answer;
    answer.close();
  } catch {
    signal?.throwIfAborted();
  }
  return undefined;
}
