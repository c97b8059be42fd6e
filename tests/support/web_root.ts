/** A folder to import into, and adapters on it. */
import assert from "node:assert/strict";
import nginxFs from "../../adapters/nginx_fs/mod.ts";
import type { AdapterInput, StorageAdapter } from "../../core/storage/adapter.ts";
import { plainHost } from "../../core/storage/host.ts";
import { bytesSource } from "../../core/storage/put_source.ts";

/** A folder in a temporary folder of its own. */
export interface WebRoot extends Disposable {
  /** Its path. */
  readonly path: string;
  /** The temporary folder around it, which an import has no business in. */
  readonly outside: string;
  /** An adapter on it, not prepared. */
  open(input?: AdapterInput): Promise<StorageAdapter>;
  /** An adapter on it, prepared. */
  prepared(input?: AdapterInput): Promise<StorageAdapter>;
  /** Every file, folder (`/` at the end) and link (`@` at the end) below it, sorted. */
  tree(): string[];
}

/** Makes a folder, which is removed with all that is in it when it is disposed of. */
export function webRoot(): WebRoot {
  const host = plainHost();
  const outside = Deno.makeTempDirSync({ prefix: "binimport-" });
  const path = `${outside}/html`;
  Deno.mkdirSync(path);
  const open = (input: AdapterInput = {}) =>
    nginxFs.open(nginxFs.parse({ root: path, ...input }, host), host);
  return {
    path,
    outside,
    open,
    async prepared(input) {
      const adapter = await open(input);
      await adapter.prepare?.();
      return adapter;
    },
    tree: () => tree(path).sort(),
    [Symbol.dispose]: () => Deno.removeSync(outside, { recursive: true }),
  };
}

function tree(folder: string, prefix = ""): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory, isSymlink }) => {
    const mark = isDirectory ? "/" : isSymlink ? "@" : "";
    const below = isDirectory ? tree(`${folder}/${name}`, `${prefix}${name}/`) : [];
    return [`${prefix}${name}${mark}`, ...below];
  });
}

/** A source of some text. */
export function text(content: string): ReturnType<typeof bytesSource> {
  return bytesSource(new TextEncoder().encode(content));
}

/** How to run code in a process of its own. */
export interface ProcessOptions {
  /** The options of its adapter, besides `root`. */
  readonly input?: AdapterInput;
  /** A program, with its first arguments, that is given the process's command line. */
  readonly under?: readonly string[];
}

/** Begins a process that runs code with an `adapter` on the root, and with `text`. */
export function spawnWithAdapter(
  root: WebRoot,
  code: string,
  { input = {}, under = [] }: ProcessOptions = {},
): Deno.ChildProcess {
  const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    import nginxFs from ${module("../../adapters/nginx_fs/mod.ts")};
    import { plainHost } from ${module("../../core/storage/host.ts")};
    import { text } from ${module("./web_root.ts")};
    const config = nginxFs.parse(${JSON.stringify({ root: root.path, ...input })}, plainHost());
    const adapter = await nginxFs.open(config, plainHost());
    ${code}`;
  const [command = "", ...args] = [...under, Deno.execPath(), "eval", program];
  return new Deno.Command(command, { args, stdout: "piped", stderr: "piped" }).spawn();
}

/** Runs code with an `adapter` on the root in a process of its own; gives its standard output. */
export async function runWithAdapter(
  root: WebRoot,
  code: string,
  options?: ProcessOptions,
): Promise<string> {
  const { success, stdout, stderr } = await spawnWithAdapter(root, code, options).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
