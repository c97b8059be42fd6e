/** Places that several imports want at once. */
import { Client } from "minio";
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { digestsServed } from "../e2e/targets.ts";
import type { Fault } from "../faulty_proxy.ts";
import type { MinioServer } from "../minio_server.ts";
import { type OneRelease, PARTS } from "./releases.ts";

/** A place that several imports want. */
export interface Place {
  readonly flags: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Digests of what is there, by key. */
  found(): Promise<Readonly<Record<string, string>>>;
}

/** The bucket `kubean` of a server, reached over an address. */
export function bucketOf(server: MinioServer, release: OneRelease, url = server.url): Place {
  return {
    flags: ["--endpoint", url, "--username", server.user, ...PARTS],
    env: { BINIMPORT_PASSWORD: server.password },
    found: () => digestsServed(`${server.url}/kubean/`, Object.keys(release.digests)),
  };
}

/** Conditions are signed: so the object is written by another request, without them. */
export function unconditionally(server: MinioServer, request: IncomingMessage): Fault | undefined {
  const { method, headers, url = "" } = request;
  if (method !== "PUT" || !("if-match" in headers || "if-none-match" in headers)) return undefined;
  return {
    kind: "handle",
    async run(incoming, response) {
      const chunks = await Array.fromAsync(incoming);
      const { hostname: endPoint, port } = new URL(server.url);
      const keys = { accessKey: server.user, secretKey: server.password };
      const client = new Client({ endPoint, port: Number(port), useSSL: false, ...keys });
      const [, bucket = "", ...name] = url.split("/");
      const { etag } = await client.putObject(bucket, name.join("/"), Buffer.concat(chunks));
      response.writeHead(200, { etag: `"${etag}"` }).end();
    },
  };
}

/** Whether a lock in the bucket is kept, and not just held in passing. */
export async function locked(server: MinioServer, name = "lock"): Promise<boolean> {
  try {
    return JSON.parse(await server.mc("cat", `test/kubean/.binimport/${name}`)).passing !== true;
  } catch {
    return false; // there is none yet
  }
}
