/** An OCI runtime specification (config.json): what containerd hands to runc. */
import { type Json, listAt, textAt, textsAt } from "../container/json.ts";
import { kubeletMount } from "./kubelet_paths.ts";
import { inMemory, type Mount, plain } from "./mount.ts";

/**
 * Its mounts of this host's folders and of memory, in the order in which runc makes them. A bind
 * mount is told by its option (mount(8)); its type is often `none`. What the kernel provides,
 * such as `proc`, is passed over.
 */
export function mountsOfSpec(spec: Json | undefined): Mount[] {
  return listAt(spec, "mounts").flatMap((mount): Mount[] => {
    const destination = plain(textAt(mount, "destination"));
    const type = textAt(mount, "type");
    const source = textAt(mount, "source");
    const options = textsAt(mount, "options");
    if (type === "tmpfs") return [inMemory(destination)];
    if (type !== "bind" && !options.some((one) => one === "bind" || one === "rbind")) return [];
    const readOnly = options.some((one) => one === "ro" || one === "rro");
    return [kubeletMount(destination, source, readOnly)];
  });
}
