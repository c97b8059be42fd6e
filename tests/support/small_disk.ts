/** Tests with a small file system of their own in memory, where this process may mount one. */
import { testWithTools, tool } from "./require.ts";
import { run } from "./run.ts";

const MAY_MOUNT = await mayMount();

/** A test that mounts file systems; skipped by name where that is not allowed. */
export function testWithSmallDisk(
  name: string,
  programs: readonly string[],
  test: () => Promise<void>,
): void {
  if (MAY_MOUNT) return testWithTools(name, programs, test);
  const reason = "needs the right to mount file systems: run it as root, outside a container";
  Deno.test({ name: `${name} (skipped: ${reason})`, ignore: true, fn() {} });
}

/** Mounts memory over a folder, until it is disposed of. */
export async function smallDisk(folder: string, options: string): Promise<AsyncDisposable> {
  await run("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  return { [Symbol.asyncDispose]: async () => void await run("umount", [folder]) };
}

async function mayMount(): Promise<boolean> {
  if (Deno.uid() !== 0 || tool("mount") === undefined) return false;
  const folder = await Deno.makeTempDir({ prefix: "binimport-mount-" });
  try {
    await using _ = await smallDisk(folder, "size=1m");
    return true;
  } catch {
    return false;
  } finally {
    await Deno.remove(folder);
  }
}
