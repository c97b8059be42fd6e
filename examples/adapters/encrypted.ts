/**
 * Encrypts objects on their way into another adapter: AES-256-GCM, with a key from a file.
 *
 *     head -c 32 /dev/urandom | base64 > key
 *     binimport import offline-files.tar.gz --adapter ./encrypted.ts --folder /mnt/usb --key-file key
 *
 * For carrying packages on media that may be lost. Nodes cannot fetch them from there: import them
 * once more from the place that this adapter makes readable again. Names and sizes are not hidden.
 */
import type { AdapterFactory, AdapterHost, PutOptions, PutSource, StorageAdapter } from "binimport";
import { createCipheriv, createDecipheriv, type DecipherGCM, randomBytes } from "node:crypto";
import inner from "./folder.ts";

// any other adapter will do

/** Each object is NONCE ciphertext TAG. */
const NONCE = 12;
const TAG = 16;

interface Config {
  readonly key: Uint8Array;
  readonly inner: ReturnType<typeof inner.parse>;
}

const factory: AdapterFactory<Config> = {
  apiVersion: 1,
  name: "encrypted",
  summary: "files below a folder, encrypted",
  options: {
    ...inner.options,
    key: { summary: "the key, 32 bytes in base64", kind: "secret", required: true },
  },
  parse(input, host) {
    const key = Buffer.from(String(input["key"]), "base64");
    if (key.length !== 32) throw host.error("usage", "Cannot use the key: it has not 32 bytes");
    return { key, inner: inner.parse(input, host) };
  },
  async open(config, host) {
    return encrypting(await inner.open(config.inner, host), config.key, host);
  },
};
export default factory;

/** An adapter that keeps its objects encrypted in another one. */
export function encrypting(
  inner: StorageAdapter,
  key: Uint8Array,
  host: AdapterHost,
): StorageAdapter {
  const clear = <T extends { readonly key: string; readonly size: number }>(info: T) => ({
    key: info.key,
    size: info.size - NONCE - TAG, // no etag nor sha256: those would be of what is encrypted
  });
  const { list, remove, prepare, stage } = inner;

  return {
    target: `encrypted:${inner.target}`,
    capabilities: { ...inner.capabilities, verifiesSha256: true },

    async stat(name, options) {
      const info = await inner.stat(name, options);
      return info && clear(info);
    },
    async put(name, source, options = {}) {
      const { sha256: _, ...rest } = options; // it is of what is not encrypted
      return clear(await inner.put(name, encrypted(name, source, options, key, host), rest));
    },
    async get(name, options) {
      const stream = await inner.get(name, options);
      return ReadableStream.from(decrypted(name, stream, key, host));
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),

    // What the inner adapter cannot do, this one cannot either.
    ...(prepare && { prepare: (options) => prepare.call(inner, options) }),
    ...(remove && { remove: (name, options) => remove.call(inner, name, options) }),
    ...(list && {
      async *list(prefix, options) {
        for await (const info of list.call(inner, prefix, options)) yield clear(info);
      },
    }),
    ...(stage && {
      async stage(name, source, options = {}) {
        const { sha256: _, ...rest } = options;
        const wrapped = encrypted(name, source, options, key, host);
        const staged = await stage.call(inner, name, wrapped, rest);
        return {
          publish: async ({ signal } = {}) => clear(await staged.publish(signal && { signal })),
          discard: () => staged.discard(),
        };
      },
    }),
  };
}

/** The object's name goes into the tag, so that one cannot be passed off as another. */
function encrypted(
  name: string,
  source: PutSource,
  options: PutOptions,
  key: Uint8Array,
  host: AdapterHost,
): PutSource {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(name));
    yield nonce;
    // Checks length, digest and abort of what is not encrypted yet.
    for await (const chunk of host.read(name, source, options)) yield cipher.update(chunk);
    cipher.final();
    yield cipher.getAuthTag();
  }
  return {
    size: source.size + NONCE + TAG,
    replayable: source.replayable,
    open: () => ReadableStream.from(chunks()),
  };
}

/** Ends in an error when a single bit was changed; until then, nothing that came can be relied on. */
async function* decrypted(
  name: string,
  stream: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  host: AdapterHost,
): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0);
  let decipher: DecipherGCM | undefined;
  for await (const chunk of stream) {
    held = Buffer.concat([held, chunk]);
    if (decipher === undefined && held.length >= NONCE) {
      decipher = createDecipheriv("aes-256-gcm", key, held.subarray(0, NONCE))
        .setAAD(Buffer.from(name));
      held = held.subarray(NONCE);
    }
    if (decipher === undefined || held.length <= TAG) continue;
    yield decipher.update(held.subarray(0, -TAG));
    held = held.subarray(-TAG); // perhaps the tag
  }
  try {
    if (decipher === undefined || held.length !== TAG) throw new Error("it is too short");
    decipher.setAuthTag(held);
    decipher.final();
  } catch (cause) {
    throw host.error("integrity", `Cannot read "${name}": wrong key, or it was changed`, { cause });
  }
}
