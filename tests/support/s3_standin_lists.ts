/** Listings of the stand-in for object stores, in the forms that servers have them. */

/**
 * `v2` with tokens; `v1`, which takes no notice of `list-type`; `v2 by start-after`, which goes on
 * behind a name but gives no token; `stuck`, which always gives the first page; `endless`, which
 * gives other names on and on, whatever was asked for.
 */
export type ListingForm = "v2" | "v1" | "v2 by start-after" | "stuck" | "endless";

interface ListedObject {
  readonly key: string;
  readonly etag: string;
  readonly body: Uint8Array;
}

/** The answer to one request for a listing. */
export function answerListing(
  bucket: string,
  objects: readonly ListedObject[],
  query: ReadonlyMap<string, string>,
  form: ListingForm,
  pageSize: number,
): string {
  if (form === "endless") return endlessListing(Number(query.get("continuation-token")), pageSize);
  const prefix = query.get("prefix") ?? "";
  const from = startOf(query, form);
  const names = objects.filter(({ key }) => key.startsWith(prefix) && key > from)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = names.slice(0, pageSize);
  const isTruncated = names.length > page.length;
  const token = isTruncated && form === "v2"
    ? btoa(encodeURIComponent(page.at(-1)?.key ?? ""))
    : undefined;
  const isEncoded = query.get("encoding-type") === "url";
  const rows = page.map(({ key, etag, body }) =>
    `<Contents><Key>${
      isEncoded ? encodeURIComponent(key) : escape(key)
    }</Key><ETag>"${etag}"</ETag><Size>${body.length}</Size></Contents>`
  );
  return `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name>${
    isEncoded ? "<EncodingType>url</EncodingType>" : ""
  }<IsTruncated>${isTruncated}</IsTruncated>${
    token === undefined ? "" : `<NextContinuationToken>${token}</NextContinuationToken>`
  }${rows.join("")}</ListBucketResult>`;
}

function endlessListing(begin: number, pageSize: number): string {
  const row = (_: unknown, nth: number) =>
    `<Contents><Key>others/${begin + nth}</Key><Size>1</Size></Contents>`;
  const rows = Array.from({ length: pageSize }, row).join("");
  const token = `<NextContinuationToken>${begin + pageSize}</NextContinuationToken>`;
  return `<ListBucketResult><IsTruncated>true</IsTruncated>${token}${rows}</ListBucketResult>`;
}

function startOf(query: ReadonlyMap<string, string>, form: ListingForm): string {
  switch (form) {
    case "v2":
      return query.has("continuation-token")
        ? decodeURIComponent(atob(query.get("continuation-token") ?? ""))
        : query.get("start-after") ?? "";
    case "v1":
      return query.get("marker") ?? "";
    case "v2 by start-after":
      return query.get("start-after") ?? "";
    case "stuck":
    case "endless":
      return "";
  }
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
