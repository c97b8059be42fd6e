/** From a request to its answer, and to a line in the log. */
import type { CallOptions, StorageAdapter } from "../core/storage/mod.ts";
import { errno } from "../core/util/errno.ts";
import { UnfitFile } from "../core/util/foreign_file.ts";
import type { RequestEvent } from "./access_log.ts";
import type { Answer, Sent } from "./answer.ts";
import { openDigests } from "./digests.ts";
import { fileAnswer } from "./file_response.ts";
import { indexAnswerer } from "./index/mod.ts";
import { type Asked, encodePath, findFile, parseRequestPath } from "./lookup.ts";

/** What is served, and who is told. */
export interface Site {
  /** The folder, absolute and without links. */
  readonly root: string;
  /** An adapter on that folder, which reads the manifest and files; nothing is written. */
  readonly adapter: StorageAdapter;
  /** Of its page. Default: the one that the browser asks for. */
  readonly language?: string | undefined;
  /** Told of each request once it is over. */
  readonly log: (event: RequestEvent) => void;
  /** Told of what went wrong here, not at a client. */
  readonly warn: (error: unknown) => void;
}

/** Has one request of a client with this IP address answered. */
export type Handler = (
  request: Asked,
  client: string,
  send: (answer: Answer) => Promise<Sent>,
) => Promise<void>;

/** Makes the handler of a site. */
export function siteHandler(site: Site, options: CallOptions): Handler {
  const digests = openDigests(site.adapter, site.warn, options);
  const index = indexAnswerer(site.root, digests, site.language);
  void digests.manifest(); // its files are looked at before anybody asks

  async function answer(request: Asked): Promise<Answer> {
    const { method, scheme, host, path } = request;
    if (method !== "GET" && method !== "HEAD") return refusal(405, { allow: "GET, HEAD" });
    const wanted = /[/?#]/.test(host) ? undefined : parseRequestPath(`${scheme}://${host}${path}`);
    if (wanted === undefined) return refusal(400);
    const found = await findFile(site.root, wanted.path);
    if (found.kind === "nothing") return refusal(404);
    if (found.kind === "forbidden") return refusal(403);
    if (found.kind === "folder") {
      if (wanted.folder) return await index(request.headers, wanted);
      // Of this server's own making: nothing in it can name another one.
      const search = wanted.query.size === 0 ? "" : `?${wanted.query}`;
      return refusal(301, { location: `/${encodePath(wanted.path)}/${search}` });
    }
    if (wanted.folder) return refusal(404); // a file is no folder
    await digests.manifest();
    return await fileAnswer(request, found, digests);
  }

  return async (request, client, send) => {
    const [time, started] = [new Date().toISOString(), performance.now()];
    const { method, path, headers } = request;
    const { body, ...head } = await answer(request).catch((error) => {
      const failed = failureOf(error);
      if (failed.status >= 500) site.warn(error);
      return failed;
    });
    // Node sends no body to HEAD, but takes it for sent.
    const sent = await send(body && method !== "HEAD" ? { ...head, body } : head);
    const seconds = Math.round(performance.now() - started) / 1000;
    const agent = headers.get("user-agent") ?? "";
    const { status } = head;
    site.log({ event: "request", time, client, method, path, status, ...sent, seconds, agent });
  };
}

const REASONS: Readonly<Record<number, string>> = {
  301: "Moved: a folder's address ends in a slash",
  400: "Bad request",
  403: "Forbidden: the server's user may not read it",
  404: "Not found",
  405: "Method not allowed",
  500: "The server cannot read it",
  503: "Too many open files: try again",
};

function refusal(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = new TextEncoder().encode(`${status} ${REASONS[status] ?? "Refused"}\n`);
  return {
    status,
    headers: {
      "content-type": "text/plain",
      "content-length": String(body.length),
      "x-content-type-options": "nosniff",
      ...headers,
    },
    body,
  };
}

function failureOf(error: unknown): Answer {
  // Gone since it was found, or something else lies there now.
  if (error instanceof UnfitFile) return refusal(404);
  const code = errno(error) ?? "";
  if (["ENOENT", "ENOTDIR", "ELOOP"].includes(code)) return refusal(404);
  if (["EACCES", "EPERM"].includes(code)) return refusal(403);
  if (["EMFILE", "ENFILE"].includes(code)) return refusal(503, { "retry-after": "5" });
  return refusal(500);
}
