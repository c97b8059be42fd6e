/** Plug-in files for tests: a right one, and any number that differ from it in one member. */

/** A plug-in's file in a temporary folder, which is removed when it is disposed of. */
export interface PluginOnDisk extends Disposable {
  /** The temporary folder. */
  readonly folder: string;
  /** The file's path. */
  readonly path: string;
}

/** What differs from a right plug-in: members of the factory or of the adapter, as source text. */
export interface PluginChanges {
  /** What stands at the top of the file. */
  readonly top?: string;
  /** Members of the factory that replace the right ones, such as `apiVersion: 2`. */
  readonly factory?: string;
  /** Members of the adapter that replace the right ones. */
  readonly adapter?: string;
  /** The whole file instead. */
  readonly text?: string;
}

/** Writes a plug-in that keeps its objects in a map, with changes. */
export function pluginOnDisk(changes: PluginChanges = {}, name = "mine.ts"): PluginOnDisk {
  const folder = Deno.makeTempDirSync({ prefix: "binimport-plugin-" });
  const path = `${folder}/${name}`;
  Deno.writeTextFileSync(path, changes.text ?? pluginText(changes));
  return { folder, path, [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }) };
}

function pluginText({ top = "", factory = "", adapter = "" }: PluginChanges): string {
  return `${top}
const objects = new Map();
const info = (key) => ({ key, size: objects.get(key).length });
const collect = async (key, source, options, host) => {
  const parts = [];
  for await (const chunk of host.read(key, source, options)) parts.push(new Uint8Array(chunk));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
};
export default {
  apiVersion: 1,
  name: "mine",
  summary: "a map",
  options: {},
  parse: () => undefined,
  open: async (_config, host) => ({
    target: "mine:",
    capabilities: { atomicPut: true, verifiesSha256: true, maxConcurrency: 4 },
    async stat(key) {
      return objects.has(key) ? info(key) : undefined;
    },
    async put(key, source, options) {
      objects.set(key, await collect(key, source, options, host));
      return info(key);
    },
    async get(key) {
      if (!objects.has(key)) throw host.error("not-found", "Cannot read: no such object");
      return new Blob([objects.get(key)]).stream();
    },
    async stage(key, source, options) {
      const bytes = await collect(key, source, options, host);
      return {
        async publish() {
          objects.set(key, bytes);
          return info(key);
        },
        async discard() {},
      };
    },
    async *list(prefix) {
      for (const key of [...objects.keys()]) if (key.startsWith(prefix)) yield info(key);
    },
    async remove(key) {
      objects.delete(key);
    },
    [Symbol.asyncDispose]: async () => {},
    ${adapter}
  }),
  ${factory}
};
`;
}
