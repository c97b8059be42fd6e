/** OCI specifications, as clients of containerd print them. */
import { deepEqual } from "node:assert/strict";
import { mountsOfSpec, specIn } from "../../../locate/containers/runtimes/ctr.ts";
import { shown } from "../../support/containers/recorded.ts";

const SPEC = {
  process: { args: ["nginx"] },
  mounts: [
    { destination: "/proc", type: "proc", source: "proc" },
    { destination: "/srv/文件", type: "none", source: "/data/文件", options: ["rbind", "ro"] },
    { destination: "/over", type: "overlay", source: "overlay", options: ["lowerdir=/data/low"] },
    { destination: "/tmp", type: "tmpfs", source: "tmpfs" },
  ],
};

const MOUNTS = [
  "/srv/文件 bind mount: /data/文件 ro",
  "/over overlay: (lies over /data/low: what is written there later need not be seen in the container)",
  "/tmp tmpfs: (is in memory, and gone when the container stops)",
];

Deno.test("a specification as it is", () => {
  deepEqual(shown(mountsOfSpec(specIn({ Spec: SPEC }))), MOUNTS);
});

Deno.test("a specification that containerd before 1.3 did not decode", () => {
  const bytes = new TextEncoder().encode(JSON.stringify(SPEC));
  const Spec = {
    type_url: "types.containerd.io/opencontainers/runtime-spec/1/Spec",
    value: bytes.toBase64(),
  };
  deepEqual(shown(mountsOfSpec(specIn({ Spec }))), MOUNTS);
});

Deno.test("a specification that is none", () => {
  for (const info of [{}, { Spec: null }, { Spec: { value: "e30=" } }, { Spec: { value: "?" } }]) {
    deepEqual(mountsOfSpec(specIn(info)), []);
  }
});
