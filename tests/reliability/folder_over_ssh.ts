/** A folder of another machine, as sshfs mounts it: by FUSE. Needs root. */
import { statfsSync } from "node:fs";
import { tool } from "../require.ts";
import { run } from "../run.ts";
import { startSshd } from "../sshd.ts";

/** A mounted folder. Disposing unmounts it. */
export interface FolderOverSsh extends AsyncDisposable {
  /** Where it is mounted. */
  readonly path: string;
}

/** Mounts a folder by way of an sshd on loopback. */
export async function folderOverSsh(folder: string): Promise<FolderOverSsh> {
  await using begun = new AsyncDisposableStack();
  const sshd = begun.use(await startSshd());
  const path = await Deno.makeTempDir({ prefix: "binimport-sshfs-" });
  begun.defer(() => Deno.remove(path));
  const options = [`port=${sshd.port}`, `IdentityFile=${sshd.identity}`];
  const known = `UserKnownHostsFile=${sshd.knownHosts}`;
  const local = statfsSync(path).type;
  // In the foreground: it ends with the mount.
  const child = new Deno.Command(tool("sshfs") ?? "sshfs", {
    args: ["-f", `127.0.0.1:${folder}`, path, "-o", [...options, known].join(",")],
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  begun.defer(async () => void await child.status);
  let running = true;
  child.status.then(() => running = false);
  while (statfsSync(path).type === local) {
    if (!running) throw new Error("Cannot mount a folder with sshfs");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  begun.defer(async () => void await run("umount", [path]));
  const kept = begun.move();
  return { path, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
