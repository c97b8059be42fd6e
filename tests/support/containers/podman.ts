/** A real podman, with storage of its own. */
import { tool } from "../require.ts";
import { HOST_TOOLS, type TestHost } from "./host.ts";

/** Programs that tests with it need. */
export const PODMAN_TOOLS = [...HOST_TOOLS, "podman", "runc"];

/** Gives podman a place on a host. Disposing of it removes its containers. */
export async function preparePodman(host: TestHost): Promise<AsyncDisposable> {
  const { folder, env } = host;
  const [storage, settings] = [`${folder}/storage.conf`, `${folder}/containers.conf`];
  await Deno.writeTextFile(
    storage,
    `[storage]
driver = "overlay"
runroot = "${folder}/podman-run"
graphroot = "${folder}/podman"
`,
  );
  await Deno.writeTextFile(
    settings,
    `[containers]
default_ulimits = ["nofile=20000:20000", "nproc=1000:1000"]
[network]
network_config_dir = "${folder}/podman-networks"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "${folder}/podman-tmp"
[engine.runtimes]
runc = ["${tool("runc")}"]
`,
  );
  env["CONTAINERS_STORAGE_CONF"] = storage;
  env["CONTAINERS_CONF"] = settings;
  return {
    async [Symbol.asyncDispose]() {
      await host.client("podman", "rm", "--all", "--force", "--time", "0");
    },
  };
}
