/** Where the kubelet of this host keeps the folders of pods. */
import { existsSync } from "node:fs";
import { processes, programName } from "../proc.ts";
import { below } from "./mount.ts";

/** Where distributions keep it that have a place of their own. */
const ROOTS = [
  "/var/lib/kubelet",
  "/var/lib/k0s/kubelet",
  "/var/snap/microk8s/common/var/lib/kubelet",
];

/** The folder of a pod: below the root that kubelet was given, or that has it, or the usual one. */
export function podFolder(uid: string): string {
  const roots = [...givenRoots(), ...ROOTS].map((root) => below(root, `pods/${uid}`));
  return roots.find((folder) => existsSync(folder)) ?? roots[0] ?? "";
}

/** `--root-dir` of a running kubelet. */
function givenRoots(): string[] {
  return processes().filter((one) => programName(one).startsWith("kubelet"))
    .flatMap(({ argv }) => argv)
    .flatMap((word) => /^--root-dir=(\/.*)$/.exec(word)?.[1] ?? []);
}
