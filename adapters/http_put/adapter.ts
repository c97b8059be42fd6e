/** The adapter over one place on a server. */
import { warnInsecure } from "../../core/http/mod.ts";
import type { AdapterHost, StorageAdapter } from "../../core/storage/mod.ts";
import { urlOfKey } from "../option_values.ts";
import { clearTemporaries } from "./folders.ts";
import { getObject, headObject, removeObject, type Store } from "./objects.ts";
import type { HttpPutConfig } from "./options.ts";
import { tryOut } from "./probe_server.ts";
import { putObject } from "./put.ts";
import { type Connection, openConnection } from "./requests.ts";

/** Opens the place that a configuration names; nothing is written. */
export async function openHttpPut(
  config: HttpPutConfig,
  host: AdapterHost,
): Promise<StorageAdapter> {
  const { endpoint, insecure, served } = config;
  if (insecure && endpoint.protocol === "https:") warnInsecure(endpoint.origin, host.warn);
  const connection = await openConnection(config, host);
  const moves = await writesInPlace(connection, endpoint).catch((error) => {
    connection.close();
    throw error;
  });
  const found = { telling: undefined, hasEtags: false, makesFolders: false, moves };
  const store: Store = { connection, host, endpoint, folders: new Map(), ...found };
  return {
    target: `http-put:${endpoint.href}`,
    capabilities: { atomicPut: !moves, verifiesSha256: false, maxConcurrency: 8 },
    stat: (key, options) => headObject(store, key, options),
    put: (key, source, options) => putObject(store, key, source, options),
    get: async (key, options) => (await getObject(store, key, options)).stream,
    async prepare(options = {}) {
      await tryOut(store, options);
      if (moves) await clearTemporaries(store, options);
    },
    remove: (key, options = {}) => removeObject(store, key, options),
    publicUrl: (key) => urlOfKey(served, key),
    [Symbol.asyncDispose]: () => Promise.resolve(connection.close()),
  };
}

/** Whether the server may show an object that has come half, as WebDAV of Go's library does. */
async function writesInPlace({ send }: Connection, url: URL): Promise<boolean> {
  const { header, skip } = await send({ method: "OPTIONS", url, doing: "ask", place: url.href });
  skip();
  const isKnown = /^(Apache|nginx|Artifactory|Nexus)\b/i.test(header("server") ?? "");
  return header("dav") !== undefined && !isKnown;
}
