/**
 * What `adapter new` writes. It is text here, not a file beside this one, so that the packed program
 * has it too; tests/cli/adapter_new_server_test.ts checks its types and runs it.
 */

/** An adapter that works, for its author to change. `{{NAME}}` and `{{FILE}}` stand for its own. */
export const ADAPTER_TEMPLATE = String.raw`/**
 * The adapter {{NAME}}: stores each object as a file below a folder. It works as it is; replace what
 * touches the disk by what talks to your storage.
 *
 *     binimport adapter check ./{{FILE}}
 *     binimport import offline-files.tar.gz --adapter ./{{FILE}} --folder /srv/files
 *
 * Everything that it needs of binimport is lent by "host", so nothing but types is imported.
 */
import type {
  AdapterFactory,
  AdapterHost,
  ObjectInfo,
  PutOptions,
  PutSource,
  StorageAdapter,
} from "binimport";
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What parse() makes of the options, and open() works with. */
interface Config {
  readonly folder: string;
}

const factory: AdapterFactory<Config> = {
  apiVersion: 1,
  name: "{{NAME}}",
  summary: "files below a folder",

  // Each becomes a flag (--folder), a variable ($BINIMPORT_FOLDER) and a line of the help. A secret
  // is declared with kind "secret": it is never given on the command line, but as a file.
  options: {
    folder: {
      summary: "where to store",
      kind: "text",
      placeholder: "DIR",
      required: true,
      location: true, // --to ./{{FILE}}:/srv/files means the same as --folder /srv/files
    },
  },

  parse(input, host) {
    const { folder } = input;
    if (typeof folder !== "string") throw host.error("usage", "Cannot store: no folder is given");
    return { folder };
  },

  // Writes nothing yet: that is for prepare().
  open: (config, host) => Promise.resolve(adapterIn(config.folder, host)),
};
export default factory;

function adapterIn(folder: string, host: AdapterHost): StorageAdapter {
  // On the same disk as the objects, so that rename() is one step. All else in .binimport/
  // is binimport's; tmp/ is for adapters.
  const temporaries = join(folder, ".binimport", "tmp");

  function pathOf(key: string): string {
    host.checkKey(key); // refuses "../x", "/x" and the like
    return join(folder, key);
  }

  /** Writes all of it under another name; nothing is left when that fails. */
  async function writeTemporary(
    key: string,
    source: PutSource,
    options?: PutOptions,
  ): Promise<string> {
    const path = join(temporaries, randomUUID());
    try {
      const file = await open(path, "w", options?.mode);
      try {
        // host.read() checks key, length, digest and abort; what is wrong ends this loop in an error.
        for await (const chunk of host.read(key, source, options)) await file.writeFile(chunk);
      } finally {
        await file.close();
      }
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return path;
  }

  /** Gives it its name in one step: readers see the old object or the whole new one. */
  async function publish(key: string, temporary: string, size: number): Promise<ObjectInfo> {
    await mkdir(dirname(pathOf(key)), { recursive: true });
    await rename(temporary, pathOf(key));
    return { key, size };
  }

  return {
    target: "{{NAME}}:" + folder, // it is printed: never put a credential into it
    capabilities: { atomicPut: true, verifiesSha256: true, maxConcurrency: 4 },

    async prepare() {
      await rm(temporaries, { recursive: true, force: true }); // what a killed run left
      await mkdir(temporaries, { recursive: true });
    },

    async stat(key) {
      const found = await lookAt(pathOf(key));
      return found?.isFile() ? { key, size: found.size } : undefined;
    },

    async put(key, source, options) {
      return await publish(key, await writeTemporary(key, source, options), source.size);
    },

    async get(key) {
      const path = pathOf(key);
      if ((await lookAt(path))?.isFile()) return ReadableStream.from(chunksOf(path));
      throw host.error("not-found", "Cannot read " + JSON.stringify(key) + ": no such object");
    },

    // Optional: with it, a package is read once; without it twice, first to check it.
    async stage(key, source, options) {
      const temporary = await writeTemporary(key, source, options);
      return {
        publish: () => publish(key, temporary, source.size),
        discard: () => rm(temporary, { force: true }),
      };
    },

    // Optional: what verify and prune use.
    async *list(prefix) {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        const key = path.slice(join(folder, "/").length);
        if (!entry.isFile() || !key.startsWith(prefix) || path.startsWith(temporaries)) continue;
        yield { key, size: (await stat(path)).size };
      }
    },

    async remove(key) {
      const path = pathOf(key);
      if ((await lookAt(path))?.isFile()) await rm(path, { force: true });
    },

    // publicUrl: (key) => new URL(...) tells where nodes fetch it; then an import proves that too.

    [Symbol.asyncDispose]: () => Promise.resolve(), // close connections here
  };
}

function lookAt(path: string) {
  return stat(path).catch((error) => {
    // ENAMETOOLONG and others are errors; these two say that there is nothing.
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}

/** Opens the file when the first chunk is asked for, and closes it however the reading ends. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    for (;;) {
      const { buffer, bytesRead } = await file.read(new Uint8Array(64 * 1024));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
`;

/** A test of it, for whoever has the library. */
export const TEST_TEMPLATE = String
  .raw`/** The conformance cases of binimport, each as a test: deno test -A, or node --test. */
import { plainHost } from "binimport";
import { conformanceCases } from "binimport/conformance";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import factory from "./{{FILE}}";

const folder = mkdtempSync(join(tmpdir(), "{{NAME}}-"));
after(() => rmSync(folder, { recursive: true }));

const host = plainHost();
const context = { open: () => factory.open(factory.parse({ folder }, host), host) };

for (const { name, skip, run } of conformanceCases) {
  test(name, async (t) => {
    const adapter = await context.open();
    const reason = skip?.(adapter, context);
    await adapter[Symbol.asyncDispose]();
    if (reason === undefined) await run(context);
    else t.skip(reason);
  });
}
`;
