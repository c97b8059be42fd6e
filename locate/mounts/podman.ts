/** Podman: `podman container inspect`. */
import type { Container } from "../container/container.ts";
import { at, type Json, textAt } from "../container/json.ts";
import type { Runtime } from "../container/runtime.ts";
import { inspectContainers } from "./docker_client.ts";
import { fromDockerForm, mountsOfDockerForm } from "./docker_form.ts";
import { outerFirst } from "./mount.ts";

/** Podman, by its client. */
export const podman: Runtime = {
  name: "podman",
  check: ["ps", "--format", "{{.Names}}"],
  checkListsNames: true,
  find: async (wanted, tool) =>
    // An infra container only holds a pod's network, and has the ports of all.
    (await inspectContainers(wanted, tool)).filter((info) => at(info, "IsInfra") !== true)
      .map(fromPodman),
};

function fromPodman(info: Json): Container {
  const container = fromDockerForm(info, "podman");
  const { id, argv: [path = "", first, ...rest] } = container;
  return {
    ...container,
    // Without an image, `Args` begins with the program itself.
    argv: path === first ? [path, ...rest] : container.argv,
    mounts: () => Promise.resolve(outerFirst(mountsOfDockerForm(info, subpathOf))),
    commands: {
      exec: (argv) => ["exec", id, ...argv],
      copy: (from) => ["cp", `${id}:${from}`, "-"],
    },
  };
}

/** It is no part of `Source`. */
function subpathOf(mount: Json): string {
  return textAt(mount, "SubPath");
}
