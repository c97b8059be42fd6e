/** Reading and setting SELinux types. Deno reads no extended attributes: coreutils does. */
import type { SelinuxHost } from "./host.ts";

/** Arguments of one program hold at most so many paths: 255 × 4,096 bytes are within ARG_MAX. */
const BATCH = 255;

/**
 * The types of files, folders and links, by their paths: `default_t` of
 * `system_u:object_r:default_t:s0`. What has no label, or is gone, is left out.
 */
export async function typesOf(
  paths: readonly string[],
  selinux: SelinuxHost,
): Promise<Map<string, string>> {
  // It fails when just one path has no label, and tells of the others all the same.
  const { stdout } = await selinux.run("stat", ["--printf=%n\\0%C\\0", "--", ...paths]);
  const fields = stdout.split("\0");
  const types = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const type = typeIn(fields[i + 1] ?? "");
    if (type !== undefined) types.set(fields[i] ?? "", type);
  }
  return types;
}

/** The type that the host's policy has for a folder; undefined when it has none. */
export async function policyTypeOf(
  folder: string,
  selinux: SelinuxHost,
): Promise<string | undefined> {
  const { stdout } = await selinux.run("matchpathcon", ["-n", "-m", "dir", "--", folder]);
  return typeIn(stdout.trim()); // `<<none>>` where the policy leaves it open
}

/** The third field of USER:ROLE:TYPE[:LEVEL]. */
function typeIn(label: string): string | undefined {
  return /^[^:]+:[^:]+:([^:]+)(?::|$)/.exec(label)?.[1];
}

/**
 * Gives whatever lies at or below a path and has a wrong type another one; all else keeps its own,
 * and so does what may not be seen. Gives the reason when that failed.
 */
export async function retype(
  top: string,
  isWrong: (type: string) => boolean,
  to: string,
  selinux: SelinuxHost,
): Promise<string | undefined> {
  const paths = [...pathsBelow(top)];
  for (let at = 0; at < paths.length; at += BATCH) {
    const types = await typesOf(paths.slice(at, at + BATCH), selinux);
    const wrong = [...types].filter(([, type]) => isWrong(type)).map(([path]) => path);
    if (wrong.length === 0) continue;
    const args = ["--no-dereference", "-t", to, "--", ...wrong];
    const { success, failure } = await selinux.run("chcon", args);
    if (!success) return failure;
  }
}

function* pathsBelow(path: string): Generator<string> {
  yield path;
  for (const { name, isDirectory } of entriesOf(path)) {
    if (isDirectory) yield* pathsBelow(`${path}/${name}`);
    else yield `${path}/${name}`;
  }
}

function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch {
    return []; // gone, or not for us
  }
}
