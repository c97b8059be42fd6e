/** What is in a target, seen from outside the program. */
import { sha256 } from "../tar_model.ts";

/** An empty folder to import into, which disposing removes. */
export interface Root extends AsyncDisposable {
  readonly path: string;
}

/** Makes an empty folder that a server of another user can read. */
export async function makeRoot(): Promise<Root> {
  const path = await Deno.makeTempDir({ prefix: "binimport-root-" });
  await Deno.chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Digests of all files below a folder by their paths, binimport's own state left out. */
export async function digestsBelow(folder: string): Promise<Record<string, string>> {
  const found: [string, string][] = [];
  for await (const path of filesBelow(folder)) {
    if (path.startsWith(".binimport/")) continue;
    found.push([path, sha256(await Deno.readFile(`${folder}/${path}`))]);
  }
  return Object.fromEntries(found.sort());
}

/** Digests of files as a server gives them to anybody, by their keys; a status where it does not. */
export async function digestsServed(
  base: string,
  keys: Iterable<string>,
): Promise<Record<string, string>> {
  const found: [string, string][] = [];
  for (const key of keys) {
    const path = key.split("/").map(encodeURIComponent).join("/");
    const answer = await fetch(new URL(path, base));
    const body = new Uint8Array(await answer.arrayBuffer());
    found.push([key, answer.ok ? sha256(body) : `status ${answer.status}`]);
  }
  return Object.fromEntries(found.sort());
}

/**
 * Every file, folder and link below a folder with what changes when it is touched: no file was
 * written when it is the same before and after. The lock file tells who took it last, and is left
 * out.
 */
export async function fingerprint(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (folder.endsWith("/.binimport") && name === "lock") continue;
    const path = `${folder}/${name}`;
    const { ino, size, mode, mtime } = await Deno.lstat(path);
    // What is in a folder counts, not that something came and went.
    const touched = isDirectory ? [] : [size, mtime?.getTime()];
    lines.push([name, ino, mode, ...touched].join(" "));
    if (isDirectory) lines.push(...(await fingerprint(path)).map((line) => `${name}/${line}`));
  }
  return lines.sort();
}

async function* filesBelow(folder: string, prefix = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${prefix}`)) {
    if (isDirectory) yield* filesBelow(folder, `${prefix}${name}/`);
    else yield prefix + name;
  }
}
