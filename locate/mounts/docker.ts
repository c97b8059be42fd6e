/** Docker: `docker container inspect`. */
import type { Container } from "../container/container.ts";
import { type Json, listAt, textAt } from "../container/json.ts";
import type { Runtime } from "../container/runtime.ts";
import { inspectContainers } from "./docker_client.ts";
import { fromDockerForm, mountsOfDockerForm } from "./docker_form.ts";
import { outerFirst, plain } from "./mount.ts";

/** Docker, by its client. */
export const docker: Runtime = {
  name: "docker",
  check: ["ps", "--format", "{{.Names}}"],
  checkListsNames: true,
  find: async (wanted, tool) =>
    (await inspectContainers(wanted, tool)).filter(isNoSandbox).map(fromDocker),
};

/** cri-dockerd has containers that only hold a pod's network. */
function isNoSandbox(info: Json): boolean {
  return textAt(info, "Config", "Labels", "io.kubernetes.docker.type") !== "podsandbox";
}

function fromDocker(info: Json): Container {
  const container = fromDockerForm(info, "docker");
  const { id } = container;
  const subpath = (mount: Json) => subpathOf(info, textAt(mount, "Destination"));
  return {
    ...container,
    mounts: () => Promise.resolve(outerFirst(mountsOfDockerForm(info, subpath))),
    commands: {
      exec: (argv) => ["exec", id, ...argv],
      copy: (path) => ["cp", `${id}:${path}`, "-"],
    },
  };
}

/** A volume's subpath is told only where the mount was asked for. */
function subpathOf(info: Json, destination: string): string {
  const asked = listAt(info, "HostConfig", "Mounts")
    .find((mount) => plain(textAt(mount, "Target")) === plain(destination));
  return textAt(asked, "VolumeOptions", "Subpath");
}
