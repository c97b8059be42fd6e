/** A real containerd. */
import { startDaemon } from "../daemon.ts";
import { tool } from "../require.ts";
import { succeeds } from "../succeeds.ts";
import { HOST_TOOLS, type TestHost } from "./host.ts";

/** Programs that tests with it need. */
export const CONTAINERD_TOOLS = [...HOST_TOOLS, "containerd", "ctr"];

/** Starts containerd on a host. Disposing of it ends its tasks, and stops it. */
export async function startContainerd(host: TestHost): Promise<AsyncDisposable> {
  const { folder, enter: [program, ...before], env } = host;
  const socket = `${folder}/containerd.sock`;
  const config = `${folder}/containerd.toml`;
  await Deno.writeTextFile(
    config,
    `version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri"]
`,
  );
  const daemon = await startDaemon({
    argv: [
      program,
      ...before,
      tool("containerd") ?? "containerd",
      `--config=${config}`,
      `--root=${folder}/containerd`,
      `--state=${folder}/containerd-run`,
      `--address=${socket}`,
    ],
    env,
  }, () => succeeds(tool("ctr") ?? "ctr", ["--address", socket, "version"], {}));
  env["CONTAINERD_ADDRESS"] = socket;
  return {
    async [Symbol.asyncDispose]() {
      const namespaces = await host.client("ctr", "namespaces", "ls", "--quiet");
      for (const namespace of namespaces.split("\n")) await endTasks(host, namespace);
      await daemon.stop();
    },
  };
}

/** Their shims would live on without containerd. */
async function endTasks(host: TestHost, namespace: string): Promise<void> {
  const tasks = await host.client("ctr", "-n", namespace, "tasks", "ls", "--quiet");
  for (const id of tasks.split("\n").filter((one) => one !== "")) {
    await host.client("ctr", "-n", namespace, "tasks", "rm", "--force", id);
  }
}
