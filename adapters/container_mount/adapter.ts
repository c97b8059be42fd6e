/** The adapter of the folder behind a container's nginx: that of the folder, under another name. */
import type { AdapterHost, StorageAdapter } from "../../core/storage/mod.ts";
import { type ContainerAnswer, locateFolderInContainer } from "../../locate/containers/mod.ts";
import { nginxFsAdapter, type NginxFsConfig, reportAnswer } from "../nginx_fs/mod.ts";
import type { ContainerConfig } from "./options.ts";

/** Finds the folder, and opens it. */
export async function openContainer(
  config: ContainerConfig,
  host: AdapterHost,
): Promise<StorageAdapter> {
  const answer = await locateFolderInContainer(config.url, config.choice, host);
  reportAnswer(answer, host);
  return {
    ...nginxFsAdapter(nginxFsConfig(config, answer), host),
    target: `container:${locationOf(answer)} (${answer.path})`,
  };
}

/** As `--to` takes it. */
function locationOf({ container: { runtime, name, pod } }: ContainerAnswer): string {
  const named = runtime === "kubectl" && pod !== undefined
    ? `${pod.namespace}/${pod.pod}/${pod.container}`
    : name;
  return `${runtime}/${named}`;
}

function nginxFsConfig(
  { url, writing }: ContainerConfig,
  { path, mount, workers }: ContainerAnswer,
): NginxFsConfig {
  return {
    ...writing,
    root: path,
    entrance: mount.source,
    ...(url === undefined ? {} : { url }),
    ...(workers === undefined ? {} : { serverUser: { name: `uid ${workers.uid}`, ...workers } }),
    // What is mounted has the type that the runtime gave it, and new files get that of their folder.
    // A type for web servers of the host would take it away from the container.
    selinux: "off",
  };
}
