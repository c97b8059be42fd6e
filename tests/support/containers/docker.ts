/** A real dockerd. */
import { startDaemon } from "../daemon.ts";
import { tool } from "../require.ts";
import { run } from "../run.ts";
import { succeeds } from "../succeeds.ts";
import { HOST_TOOLS, type TestHost } from "./host.ts";

/** Programs that tests with it need. */
export const DOCKER_TOOLS = [...HOST_TOOLS, "dockerd", "docker"];

/** A program that waits, and takes no time; it needs `sh` and `mkfifo`. */
export const IDLE = ["/bin/sh", "-c", "mkfifo /tmp/never && read x < /tmp/never"];

/** Starts dockerd on a host. Disposing of it removes its containers, and stops it. */
export async function startDocker(host: TestHost): Promise<AsyncDisposable> {
  const { folder, enter, env } = host;
  const socket = `unix://${folder}/docker.sock`;
  const [program, ...before] = enter;
  const daemon = await startDaemon({
    argv: [
      program,
      ...before,
      tool("dockerd") ?? "dockerd",
      // Nothing is forwarded by the kernel, so a published port goes through docker-proxy.
      "--iptables=false",
      "--ip-masq=false",
      "--bip=10.99.0.1/24",
      `--data-root=${folder}/docker`,
      `--exec-root=${folder}/docker-run`,
      `--pidfile=${folder}/docker.pid`,
      `--host=${socket}`,
    ],
    env,
  }, () => succeeds(tool("docker") ?? "docker", ["--host", socket, "version"], {}));
  env["DOCKER_HOST"] = socket;
  return {
    async [Symbol.asyncDispose]() {
      const ids = await host.client("docker", "ps", "--all", "--quiet");
      if (ids !== "") await host.client("docker", "rm", "--force", ...ids.split("\n"));
      await daemon.stop();
    },
  };
}

/** Makes an image of a root file system. */
export async function importImage(host: TestHost, rootFs: string, name: string): Promise<void> {
  const archive = `${host.folder}/${name}.tar`;
  await run("tar", ["-C", rootFs, "-cf", archive, "."]);
  await host.client("docker", "import", archive, name);
  await Deno.remove(archive);
}
