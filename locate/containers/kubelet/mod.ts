/** Where the kubelet keeps the volumes of pods. */

export { mountsOfPod } from "./pod_mounts.ts";
export { nodeName } from "./root.ts";
export { runningInPods } from "./running.ts";
export { isKubelets, mountOf } from "./volumes.ts";
