/**
 * Stores each object as an OCI artifact in a registry (Harbor, zot, Docker's own): for sites where
 * that is the only storage.
 *
 *     binimport import offline-files.tar.gz --adapter ./oci.ts \
 *       --endpoint https://harbor.site/library/files --username robot --password-file secret
 *
 * An object is a blob, and a manifest that names it, under a tag made of its key. Nodes cannot fetch
 * it by its path; clients of registries can, by the tag:
 *
 *     oras pull harbor.site/library/files:$(printf %s a/b.tar.gz | sha256sum | cut -c 1-64)
 *
 * What is replaced, removed or never published stays as blobs that no tag leads to, for the
 * registry's own garbage collection: others may share a blob, so it is not ours to delete.
 */
import type {
  AdapterFactory,
  AdapterHost,
  CallOptions,
  ObjectInfo,
  PutOptions,
  PutSource,
  StorageAdapter,
} from "binimport";
import { createHash } from "node:crypto";
import { type Ask, finish, type Repository, sender } from "./oci/registry.ts";

/** How many calls may run side by side. */
const MAX_CALLS = 8;

/** How many manifests a listing reads side by side: fetch keeps as many connections for a while. */
const LIST_CALLS = 2;

// Names and media types: OCI image specification 1.1. Clients such as oras call a file by its title.
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const TITLE = "org.opencontainers.image.title";
/** What a manifest names as its configuration when there is none. */
const NO_CONFIG = "{}";
const NO_CONFIG_TYPE = "application/vnd.oci.empty.v1+json";

/** How a manifest refers to a blob. */
interface BlobRef {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

const factory: AdapterFactory<Repository> = {
  apiVersion: 1,
  name: "oci",
  summary: "a registry, each file an OCI artifact",
  options: {
    endpoint: { summary: "the repository", kind: "text", required: true, location: true },
    username: { summary: "the user", kind: "text", placeholder: "USER" },
    password: { summary: "the password", kind: "secret" },
  },

  parse({ endpoint, username, password }, host) {
    const url = URL.parse(String(endpoint));
    // Credentials in it would be printed.
    const isPlain = url !== null && /^https?:$/.test(url.protocol) &&
      `${url.username}${url.password}${url.search}${url.hash}` === "";
    const [, name] = /^\/([a-z0-9][a-z0-9._/-]*[a-z0-9])\/?$/.exec(url?.pathname ?? "") ?? [];
    if (!isPlain || name === undefined) { // not shown: it may hold a password
      throw host.error("usage", "Cannot use this --endpoint: it is no repository's address", {
        hint: "Write https://HOST/PROJECT/NAME; give --username and --password-file beside it.",
      });
    }
    if ((username === undefined) !== (password === undefined)) {
      throw host.error("usage", "Cannot sign in: a user or a password is missing", {
        hint: "Give both --username and --password-file, or neither.",
      });
    }
    const pair = new TextEncoder().encode(`${username}:${password}`);
    const basic = username && `Basic ${btoa(String.fromCharCode(...pair))}`;
    return { base: new URL(`/v2/${name}/`, url), name, basic: basic || undefined };
  },

  open: (repository, host) => Promise.resolve(adapterOn(repository, host)),
};
export default factory;

function adapterOn(repository: Repository, host: AdapterHost): StorageAdapter {
  const send = sender(repository, host);

  function about(verb: string, key: string, options?: CallOptions): Ask {
    host.checkKey(key);
    return { doing: `${verb} ${JSON.stringify(key)} in`, signal: options?.signal };
  }

  /** Uploads a blob; the registry keeps it only if it has the digest that was found on the way. */
  async function push(key: string, source: PutSource, options: PutOptions = {}): Promise<BlobRef> {
    const ask = about("store", key, options);
    const hash = createHash("sha256");
    const failures: unknown[] = []; // of the source: fetch hides what ended its body
    async function* chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      try {
        for await (const chunk of host.read(key, source, options)) {
          hash.update(chunk);
          yield new Uint8Array(chunk); // a copy: fetch holds it while the next one is read
        }
      } catch (reason) {
        failures.push(reason);
        throw reason;
      }
    }
    try {
      // PATCH, then PUT: the digest is known only when all bytes have gone.
      const begun = await finish(await send("POST", "blobs/uploads/", ask));
      const body = ReadableStream.from(chunks());
      const sent = await finish(await send("PATCH", uploadOf(begun), { ...ask, body }));
      const digest = `sha256:${hash.digest("hex")}`;
      const last = uploadOf(sent);
      last.searchParams.set("digest", digest);
      await finish(await send("PUT", last, ask));
      return { mediaType: "application/octet-stream", digest, size: source.size };
    } catch (error) {
      throw failures.length > 0 ? failures[0] : error;
    }
  }

  /** Gives a blob its key in one step: readers find the old manifest or this one. */
  async function publish(key: string, blob: BlobRef, options?: CallOptions): Promise<ObjectInfo> {
    const body = JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: "application/vnd.binimport.file.v1",
      config: { mediaType: NO_CONFIG_TYPE, digest: `sha256:${sha256(NO_CONFIG)}`, size: 2 },
      layers: [{ ...blob, annotations: { [TITLE]: key } }],
    });
    const ask = { ...about("store", key, options), headers: { "content-type": MANIFEST }, body };
    await finish(await send("PUT", `manifests/${sha256(key)}`, ask));
    return infoOf(key, blob);
  }

  /** What a tag leads to; `undefined` for nothing, and for what is none of our files. */
  async function find(tag: string, ask: Ask) {
    const headers = { accept: MANIFEST };
    const answer = await send("GET", `manifests/${tag}`, { ...ask, headers, accept: [404] });
    const text = await answer.text();
    if (answer.status === 404) return undefined;
    const { layers: [blob] = [] }: { layers?: BlobRef[] } = JSON.parse(text);
    const key = blob?.annotations?.[TITLE];
    if (blob === undefined || key === undefined || sha256(key) !== tag) return undefined;
    return { info: infoOf(key, blob), blob, manifest: `sha256:${sha256(text)}` };
  }

  return {
    target: `oci:${repository.base.host}/${repository.name}`,
    capabilities: { atomicPut: true, verifiesSha256: true, maxConcurrency: MAX_CALLS },

    async prepare(options) {
      // What every manifest names; and who may not write there learns it now.
      const open = () => new Response(NO_CONFIG).body ?? new ReadableStream();
      await push("config.json", { size: NO_CONFIG.length, replayable: true, open }, options);
    },

    async stat(key, options) {
      return (await find(sha256(key), about("look for", key, options)))?.info;
    },

    async put(key, source, options) {
      return await publish(key, await push(key, source, options), options);
    },

    async get(key, options) {
      const ask = about("read", key, options);
      const found = await find(sha256(key), ask);
      if (found === undefined) {
        throw host.error("not-found", `Cannot read "${key}": no such object`, { key });
      }
      const answer = await send("GET", `blobs/${found.blob.digest}`, ask);
      return answer.body?.pipeThrough(checking(key, found.blob, host)) ?? new ReadableStream();
    },

    async stage(key, source, options) {
      const blob = await push(key, source, options);
      return {
        publish: (options) => publish(key, blob, options),
        discard: () => Promise.resolve(), // without a tag it is left to garbage collection
      };
    },

    async *list(prefix, { signal } = {}) {
      const ask = { doing: "list the tags of", signal };
      let next: URL | undefined = new URL("tags/list?n=1000", repository.base);
      while (next !== undefined) {
        const answer = await send("GET", next, { ...ask, accept: [404] });
        const { tags }: { tags?: string[] | null } = await answer.json();
        const ours = (tags ?? []).filter((tag) => /^[0-9a-f]{64}$/.test(tag));
        for (let at = 0; at < ours.length; at += LIST_CALLS) {
          const some = ours.slice(at, at + LIST_CALLS).map((tag) => find(tag, ask));
          for (const found of await Promise.all(some)) {
            if (found?.info.key.startsWith(prefix)) yield found.info;
          }
        }
        const [, more] = /<([^>]*)>; *rel="?next/.exec(answer.headers.get("link") ?? "") ?? [];
        next = more === undefined ? undefined : new URL(more, next);
      }
    },

    async remove(key, options) {
      const ask = about("remove", key, options);
      const found = await find(sha256(key), ask);
      if (found === undefined) return;
      const accept = [404]; // somebody else was faster
      await finish(await send("DELETE", `manifests/${found.manifest}`, { ...ask, accept }));
    },

    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Passes a blob's bytes on; those that are others than its digest says end in an error. */
function checking(key: string, { size, digest }: BlobRef, host: AdapterHost) {
  const hash = createHash("sha256");
  let seen = 0;
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      hash.update(chunk);
      seen += chunk.length;
      controller.enqueue(chunk);
    },
    flush() {
      if (seen === size && `sha256:${hash.digest("hex")}` === digest) return;
      throw host.error("integrity", `Cannot read "${key}": its bytes are not those stored`, {
        key,
      });
    },
  });
}

/** Where an upload goes on. */
function uploadOf(answer: Response): URL {
  return new URL(answer.headers.get("location") ?? "", answer.url);
}

function infoOf(key: string, { size, digest }: BlobRef): ObjectInfo {
  return { key, size, sha256: digest.replace("sha256:", ""), etag: digest };
}

/** Of a key it is the tag: that has 128 characters at most, and few kinds of them. */
function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
