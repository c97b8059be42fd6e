/** A real sshd for tests, on a free port of loopback, that lets this user in with a new key. */
import { startDaemon } from "./daemon.ts";
import { freePort, listens } from "./ports.ts";
import { run } from "./run.ts";

/** A running server. Disposing of it stops it. */
export interface Sshd extends AsyncDisposable {
  readonly port: number;
  /** The private key of whoever may come in. */
  readonly identity: string;
  /** A private key that nobody knows there. */
  readonly stranger: string;
  /** A file with the server's host key. */
  readonly knownHosts: string;
  /** A folder for what comes in. */
  readonly folder: string;
}

/** Starts sshd and waits until it answers. */
export async function startSshd(): Promise<Sshd> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-sshd-" });
  const port = freePort();
  for (const key of ["host", "user", "stranger"]) {
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", `${folder}/${key}`]);
  }
  const hostKey = await Deno.readTextFile(`${folder}/host.pub`);
  await Deno.writeTextFile(`${folder}/known`, `[127.0.0.1]:${port} ${hostKey}`);
  await Deno.writeTextFile(`${folder}/config`, configuration(folder, port));
  await Deno.mkdir(`${folder}/files`);
  if (Deno.uid() === 0) await Deno.mkdir("/run/sshd", { recursive: true }); // where it gives up its rights
  const server = await startDaemon({
    argv: ["sshd", "-D", "-f", `${folder}/config`, "-E", `${folder}/log`],
  }, () => listens(port));
  return {
    port,
    identity: `${folder}/user`,
    stranger: `${folder}/stranger`,
    knownHosts: `${folder}/known`,
    folder: `${folder}/files`,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function configuration(folder: string, port: number): string {
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/user.pub`,
    `PidFile ${folder}/pid`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "PermitRootLogin prohibit-password",
    "Subsystem sftp internal-sftp",
    "MaxSessions 100",
    "MaxStartups 100",
    "",
  ].join("\n");
}
