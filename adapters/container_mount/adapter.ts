/** The adapter of the folder behind a container's nginx: that of the folder, under another name. */
import type { AdapterHost, StorageAdapter } from "../../core/storage/mod.ts";
import { type Choice, locateInContainer } from "../../locate/containers/mod.ts";
import { parseBaseAddress } from "../../locate/mod.ts";
import { nginxFsAdapter, reportAnswer, type Writing } from "../nginx_fs/mod.ts";

/** A container to be found, and how its folder is written to. */
export interface ContainerConfig {
  readonly choice: Choice;
  /** Where nodes fetch from; ends in `/`. */
  readonly url?: string;
  readonly writing: Writing;
}

/** Finds the folder, and opens it. */
export async function openContainer(
  { choice, url, writing }: ContainerConfig,
  host: AdapterHost,
): Promise<StorageAdapter> {
  const address = url === undefined ? undefined : parseBaseAddress(url);
  const answer = await locateInContainer(address, choice, host);
  reportAnswer(answer, host);
  const { path, mount, workers, container: { runtime, name, pod } } = answer;
  const config = {
    ...writing,
    root: path,
    entrance: mount.source,
    ...(url === undefined ? {} : { url }),
    ...(workers === undefined ? {} : { serverUser: { name: `uid ${workers.uid}`, ...workers } }),
    // What is mounted has the type that the runtime gave it, and new files get that of their folder.
    // A type for web servers of the host would take it away from the container.
    selinux: "off",
  } as const;
  // As `--to` takes it. Containers of many pods have one name, that of their specification.
  const location = pod !== undefined && name.endsWith(pod.container)
    ? [runtime, pod.namespace, pod.pod, pod.container]
    : [runtime, name];
  return { ...nginxFsAdapter(config, host), target: `container:${location.join("/")} (${path})` };
}
