/** Adapters that believe their sources, or do not stop. */
import { bytesSource, chunksOf } from "../../../core/storage/put_source.ts";
import { BinimportError } from "../../../core/util/errors.ts";
import { collect } from "../../support/chunks.ts";
import { allOf, expectFound } from "../../support/defects.ts";
import { join } from "../../support/tar_builder.ts";

expectFound({
  "keeps what came before the source failed": {
    changes: () => ({
      put: (put) => async (key, source) => {
        const parts: Uint8Array[] = [];
        try {
          for await (const chunk of chunksOf(source)) parts.push(chunk.slice());
        } finally {
          await put(key, bytesSource(join(...parts)));
        }
        return { key, size: source.size };
      },
    }),
    caseName: "put: a source that fails in the middle",
    reason: /^expected nothing new to be listed, got ".*fresh"$/,
  },
  "keeps a part of what it stages": {
    changes: (objects) => ({
      stage: (stage) => async (key, source, options) => {
        try {
          return await stage(key, source, options);
        } catch (error) {
          objects.set(`upload-${key}`, { bytes: new Uint8Array(1), etag: "x" });
          throw error;
        }
      },
    }),
    caseName: "stage: a source that is too short",
    reason: /^expected nothing new to be listed, got "upload-/,
  },
  "swallows a source that is too short": {
    changes: () => ({ put: (put) => async (key, source) => await put(key, await allOf(source)) }),
    caseName: "put: a source that is too short",
    reason:
      /^expected put\(\) of a source of 0 bytes that announced 100 to reject .*, got success$/,
  },
  "cuts a source that is too long": {
    changes: () => ({
      put: (put) => async (key, source) => {
        const bytes = await collect(chunksOf(source));
        return await put(key, bytesSource(bytes.subarray(0, source.size)));
      },
    }),
    caseName: "put: a source that is too long",
    reason: /announced 0 to reject with code "integrity", got success$/,
  },
  "hides why a source failed": {
    changes: () => ({
      put: (put) => (key, source, options) =>
        put(key, source, options).catch(() => {
          throw new BinimportError("target", "Cannot store: something happened");
        }),
    }),
    caseName: "put: a source that fails in the middle",
    reason: /^expected the source's own error, .*, got Cannot store: something happened$/,
  },
  "declares a checksum that it does not check": {
    changes: () => ({ put: (put) => (key, source) => put(key, source) }),
    caseName: "put: bytes that differ from the sha256 given",
    reason: /^expected put\(\) of 0 bytes with another sha256 to reject .*, got success$/,
  },
  "ignores that it is aborted already": {
    changes: () => ({ put: (put) => (key, source) => put(key, source) }),
    caseName: "put: a signal that is aborted already",
    reason: /^expected put\(\) with an aborted signal to reject, got success$/,
  },
  "waits for its source although it is aborted": {
    changes: () => ({
      put: (put) => (key, source, options) => {
        options?.signal?.throwIfAborted();
        return put(key, source);
      },
    }),
    caseName: "put: an abort while the source stalls",
    reason: /^expected put\(\) aborted while its source stalls to settle, got nothing for/,
  },
  "goes on behind its rejection": {
    changes: () => ({
      put: (put) => async (key, source, { signal } = {}) => {
        const aborted = Promise.withResolvers<never>();
        signal?.addEventListener("abort", () => aborted.reject(signal.reason));
        const stored = put(key, source);
        return await Promise.race([stored, aborted.promise]);
      },
    }),
    caseName: "put: an abort while the source stalls",
    reason: /^expected nothing new to be listed, got ".*fresh"$/,
  },
});
