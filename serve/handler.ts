/** From a request to its answer, and to a line in the log. */
import type { CallOptions, StorageAdapter } from "../core/storage/mod.ts";
import { errno } from "../core/util/errno.ts";
import { UnfitFile } from "../core/util/foreign_file.ts";
import type { RequestEvent } from "./access_log.ts";
import { type BodyEnd, bodyOpener } from "./body.ts";
import { openDigests } from "./digests.ts";
import { fileAnswer } from "./file_response.ts";
import { indexAnswerer } from "./index/mod.ts";
import { type Asked, encodePath, findFile, parseRequestPath, type RequestPath } from "./lookup.ts";

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

/** Answers one request of a client with this IP address. */
export type Handler = (request: Asked, client: string) => Promise<Response>;

/** Makes the handler of a site. */
export function siteHandler(site: Site, options: CallOptions): Handler {
  const digests = openDigests(site.adapter, site.warn, options);
  const index = indexAnswerer(site.root, digests, site.language);
  const openBody = bodyOpener();
  void digests.manifest(); // its files are looked at before anybody asks

  async function answer(request: Asked, log: RequestLog): Promise<Response> {
    const { method, scheme, host, path } = request;
    if (method !== "GET" && method !== "HEAD") return refusal(405, { allow: "GET, HEAD" });
    const wanted = /[/?#]/.test(host) ? undefined : parseRequestPath(`${scheme}://${host}${path}`);
    if (wanted === undefined) return refusal(400);
    const found = await findFile(site.root, wanted.path);
    if (found.kind === "nothing") return refusal(404);
    if (found.kind === "forbidden") return refusal(403);
    if (found.kind === "folder") {
      return wanted.folder ? await index(request, wanted) : redirection(wanted);
    }
    if (wanted.folder) return refusal(404); // a file is no folder
    await digests.manifest();
    return await fileAnswer(
      request,
      found,
      digests,
      (file, range) => openBody(file, range, log.begin()),
    );
  }

  return async (request, client) => {
    const log = requestLog(request, client, site.log);
    try {
      return log.answered(await answer(request, log));
    } catch (error) {
      const response = failure(error);
      if (response.status >= 500) site.warn(error);
      return log.answered(response);
    }
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

function refusal(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  const text = `${status} ${REASONS[status] ?? "Refused"}\n`;
  return new Response(text, {
    status,
    headers: {
      "content-type": "text/plain",
      "content-length": String(text.length),
      "x-content-type-options": "nosniff",
      ...headers,
    },
  });
}

/** Of this server's own making: nothing in it can name another one. */
function redirection({ path, query }: RequestPath): Response {
  const search = query.size === 0 ? "" : `?${query}`;
  return refusal(301, { location: `/${encodePath(path)}/${search}` });
}

function failure(error: unknown): Response {
  // Gone since it was found, or something else lies there now.
  if (error instanceof UnfitFile) return refusal(404);
  switch (errno(error)) {
    case "ENOENT":
    case "ENOTDIR":
    case "ELOOP":
      return refusal(404);
    case "EACCES":
    case "EPERM":
      return refusal(403);
    case "EMFILE":
    case "ENFILE":
      return refusal(503, { "retry-after": "5" });
    default:
      return refusal(500);
  }
}

/** The log of one request. */
interface RequestLog {
  /** Notes that a body from a file begins: the request is over when what this gives is called. */
  begin(): (end: BodyEnd) => void;
  /** Notes the answer; one without such a body is over now. */
  answered(response: Response): Response;
}

function requestLog(
  { method, path, headers }: Asked,
  client: string,
  log: (event: RequestEvent) => void,
): RequestLog {
  const time = new Date();
  const started = performance.now();
  let status = 0;
  let streaming = false;

  function tell({ sent, broken }: BodyEnd): void {
    log({
      event: "request",
      time: time.toISOString(),
      client,
      method,
      path,
      status,
      bytes: sent,
      seconds: Math.round(performance.now() - started) / 1000,
      agent: headers.get("user-agent") ?? "",
      ...(broken === undefined ? {} : { broken }),
    });
  }

  return {
    begin() {
      streaming = true;
      return tell;
    },
    answered(response) {
      status = response.status;
      const length = method === "HEAD" ? 0 : Number(response.headers.get("content-length") ?? 0);
      if (!streaming) tell({ sent: length });
      return response;
    },
  };
}
