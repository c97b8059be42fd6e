/** An OCI runtime specification (config.json): what containerd hands to runc. */
import { Buffer } from "node:buffer";
import { at, type Json, listAt, parseJson, textAt, textsAt } from "../container/json.ts";
import { bindMount, containersOverlay } from "./kubelet_paths.ts";
import { inMemory, type Mount, plain } from "./mount.ts";

/** The one in a container's record; before containerd 1.3 clients print it undecoded. */
export function specIn(info: Json | undefined): Json | undefined {
  const spec = at(info, "Spec");
  const encoded = textAt(spec, "value");
  if (encoded === "") return spec;
  return parseJson(Buffer.from(encoded, "base64").toString("utf8")) ?? spec;
}

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
    const lower = options.find((one) => one.startsWith("lowerdir="));
    if (lower !== undefined) {
      return [containersOverlay(destination, lower.slice("lowerdir=".length))];
    }
    if (type !== "bind" && !options.some((one) => one === "bind" || one === "rbind")) return [];
    const readOnly = options.some((one) => one === "ro" || one === "rro");
    return [bindMount(destination, source, readOnly)];
  });
}
