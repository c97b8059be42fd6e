/** A folder of another machine, as sshfs mounts it: by FUSE. Needs root. */
import { statfsSync } from "node:fs";
import { startDaemon } from "../daemon.ts";
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
  begun.use(
    await startDaemon({
      argv: ["sshfs", "-f", `127.0.0.1:${folder}`, path, "-o", [...options, known].join(",")],
    }, () => Promise.resolve(statfsSync(path).type !== local)),
  );
  begun.defer(async () => void await run("umount", [path]));
  const kept = begun.move();
  return { path, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
