/** Where the kubelet keeps the volumes of pods. */

export { bindMount, containersOverlay, nodeName } from "./paths.ts";
export { mountsOfPod } from "./pod_mounts.ts";
