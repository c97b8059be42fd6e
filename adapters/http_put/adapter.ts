/** The adapter over one place on a server. */
import type { AdapterHost, StorageAdapter } from "../../core/storage/mod.ts";
import { addressOf, clearTemporaries, type Store } from "./folders.ts";
import { getObject, headObject, removeObject } from "./objects.ts";
import type { HttpPutConfig } from "./options.ts";
import { tryOut } from "./probe_server.ts";
import { putObject } from "./put.ts";
import { type Connection, openConnection } from "./requests.ts";

/** How many calls may run side by side. */
const MAX_CALLS = 8;

/** Opens the place that a configuration names; nothing is written. */
export async function openHttpPut(
  config: HttpPutConfig,
  host: AdapterHost,
): Promise<StorageAdapter> {
  return adapterOver(await openStore(config, host), config);
}

async function openStore(config: HttpPutConfig, host: AdapterHost): Promise<Store> {
  const { endpoint, insecure } = config;
  if (insecure && endpoint.protocol === "https:") {
    host.warn(
      "insecure-tls",
      `"${endpoint.origin}" is not checked to be the server that it says it is`,
      "Give --ca-file instead of --insecure-skip-tls-verify.",
    );
  }
  const connection = await openConnection(config, host);
  try {
    const moves = await writesInPlace(connection, endpoint);
    const found = { telling: undefined, hasEtags: false, makesFolders: false, moves };
    return { connection, host, endpoint, folders: new Map(), ...found };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Servers that keep what comes elsewhere until it is whole, by what they call themselves. */
const WHOLE_OR_NOTHING = /^(Apache|nginx|Artifactory|Nexus)\b/i;

/**
 * Whether the server may show an object that has come half, by what it says of itself. WebDAV does
 * not promise otherwise, and all that are made of Go's library write in place, such as
 * `rclone serve webdav`.
 */
async function writesInPlace(connection: Connection, endpoint: URL): Promise<boolean> {
  const about = { doing: "ask", place: endpoint.href };
  const answer = await connection.send({ ...about, method: "OPTIONS", url: endpoint });
  answer.skip();
  const isWebdav = answer.header("dav") !== undefined;
  return isWebdav && !WHOLE_OR_NOTHING.test(answer.header("server") ?? "");
}

function adapterOver(store: Store, { served }: HttpPutConfig): StorageAdapter {
  return {
    target: `http-put:${store.endpoint.href}`,
    capabilities: { atomicPut: !store.moves, verifiesSha256: false, maxConcurrency: MAX_CALLS },
    stat: (key, options) => headObject(store, key, options),
    put: (key, source, options) => putObject(store, key, source, options),
    get: (key, options) => getObject(store, key, options),
    async prepare(options = {}) {
      await tryOut(store, options);
      if (store.moves) await clearTemporaries(store, options);
    },
    remove: (key, options) => removeObject(store, key, options),
    publicUrl: (key) => addressOf(served, key),
    [Symbol.asyncDispose]: () => Promise.resolve(store.connection.close()),
  };
}
