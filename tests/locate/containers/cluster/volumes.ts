/** Every kind of volume, in one pod: what is written to the path that is named is what it serves. */
import { equal, match } from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { hostname } from "node:os";
import type { Client, Cluster } from "../../../support/containers/cluster.ts";
import { claimed, hostPath, nginx, pod } from "./objects.ts";

/** Where a volume is expected to lie: in the folder of the test's data, or in kubelet's of the pod. */
type Place =
  | { readonly data: string }
  | { readonly kubelet: string }
  | { readonly refused: RegExp };

/** By the name under which a volume is mounted. */
const PLACES: Readonly<Record<string, Place>> = {
  "v/directory": { data: "directory" },
  "v/created": { data: "created" },
  "v/linked": { data: "behind-the-link" },
  "v/readonly": { data: "directory" },
  "v/sub": { data: "tree/below" },
  "v/expr": { data: "tree/all" },
  "v/key": { data: "tree/value" }, // which the kernel alone tells
  "v/claim": { data: "claim" },
  "v/local": { data: "local" },
  "v/scratch": { data: "scratch" },
  "v/empty": { kubelet: "kubernetes.io~empty-dir/empty" },
  "v/memory": { kubelet: "kubernetes.io~empty-dir/memory" },
  "site": { data: "over-a-link" },
  "v/settings": { refused: /the ConfigMap.* at \/v\/settings is a read-only copy/ },
  "v/secret": { refused: /the Secret.* at \/v\/secret is a read-only copy/ },
  "v/projected": { refused: /the projected volume.* at \/v\/projected is a read-only copy/ },
  "v/downward": { refused: /the downwardAPI volume.* at \/v\/downward is a read-only copy/ },
  "v/settings-sub": { refused: /the ConfigMap.* at \/v\/settings-sub is a read-only copy/ },
  "v/none": { refused: /nothing is mounted there, so the files are in the image's layer/ },
};

/** What each client alone is asked for; the others are those of the runtime, told in other words. */
const SOME = ["v/linked", "v/expr", "v/memory", "v/secret", "site"];

const CLIENTS: readonly (readonly [clients: readonly Client[], names: readonly string[]])[] = [
  [["kubectl", "crictl", "ctr"], Object.keys(PLACES)],
  [["kubectl"], Object.keys(PLACES)],
  [["crictl"], SOME],
  [["crictl-1.37"], SOME],
  [["ctr"], SOME],
  // Then /proc and kubelet's folders tell.
  [[], SOME],
];

/** The steps. */
export async function testVolumes(t: Deno.TestContext, cluster: Cluster): Promise<void> {
  const { host, kubectl } = cluster;
  const data = `${host.folder}/data`;
  await start(cluster, data);
  const address = await kubectl("get", "pod", "all", "-o", "jsonpath={.status.podIP}");
  const uid = await kubectl("get", "pod", "all", "-o", "jsonpath={.metadata.uid}");

  /** The place that is named, proven by a file in it that the pod serves; or why there is none. */
  const check = async (name: string, target: readonly string[], path: string) => {
    const url = `http://${address}/${name}/`;
    const { status, stdout, stderr } = await host.binimportWith(
      path,
      "locate",
      ...target,
      "--url",
      url,
      "--quiet",
    );
    const place = PLACES[name];
    if (place === undefined) throw new Error(name);
    if ("refused" in place) {
      equal(status, 4, stdout);
      return match(stderr, place.refused);
    }
    equal(status, 0, stderr);
    const folder = stdout.trimEnd();
    const expected = "data" in place
      ? `${data}/${place.data}`
      : `${host.folder}/kubelet/pods/${uid}/volumes/${place.kubelet}`;
    equal(await host.client("readlink", "-f", folder), expected);
    const proof = crypto.randomUUID();
    await host.client("sh", "-c", 'echo "$1" >"$2/proof"', "sh", proof, folder);
    equal(await host.get(`${url}proof`), proof);
  };

  for (const [clients, names] of CLIENTS) {
    const path = await cluster.pathWith(...clients);
    const by = clients.join(", ") || "no client";
    for (const name of names) {
      await t.step(
        `${name}, by ${by}`,
        () => check(name, ["--pod", "all", "-n", "default"], path),
      );
    }
    await t.step(
      `by the URL alone, by ${by}`,
      () => check("v/created", ["--adapter", "container"], path),
    );
  }
}

/** Starts the pod. */
async function start(cluster: Cluster, data: string): Promise<void> {
  for (
    const name of [
      "directory",
      "behind-the-link",
      "tree/below",
      "tree/all",
      "tree/value",
      "claim",
      "local",
      "scratch",
      "over-a-link",
    ]
  ) {
    await Deno.mkdir(`${data}/${name}`, { recursive: true });
  }
  await symlink("behind-the-link", `${data}/link`);
  const onThisNode = {
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [{
          matchExpressions: [{
            key: "kubernetes.io/hostname",
            operator: "In",
            values: [hostname().toLowerCase()],
          }],
        }],
      },
    },
  };
  await cluster.apply(
    ...claimed("claim", { hostPath: { path: `${data}/claim` } }),
    ...claimed("local", { local: { path: `${data}/local` }, ...onThisNode }),
    ...claimed("scratch", { hostPath: { path: `${data}/scratch` } }, "all-scratch"),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace: "default" },
      data: { key: "value" },
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "secret", namespace: "default" },
      stringData: { key: "value" },
    },
    pod(
      "all",
      [
        hostPath("directory", `${data}/directory`),
        hostPath("created", `${data}/created`, "DirectoryOrCreate"),
        hostPath("linked", `${data}/link`),
        hostPath("tree", `${data}/tree`),
        hostPath("over-a-link", `${data}/over-a-link`),
        { name: "claim", persistentVolumeClaim: { claimName: "claim" } },
        { name: "local", persistentVolumeClaim: { claimName: "local" } },
        {
          name: "scratch",
          ephemeral: {
            volumeClaimTemplate: {
              spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: "",
                volumeName: "scratch",
                resources: { requests: { storage: "1Mi" } },
              },
            },
          },
        },
        { name: "empty", emptyDir: {} },
        { name: "memory", emptyDir: { medium: "Memory" } },
        { name: "settings", configMap: { name: "settings" } },
        { name: "secret", secret: { secretName: "secret" } },
        { name: "projected", projected: { sources: [{ configMap: { name: "settings" } }] } },
        {
          name: "downward",
          downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }] },
        },
      ],
      [nginx(
        [
          ...[
            "directory",
            "created",
            "linked",
            "claim",
            "local",
            "scratch",
            "empty",
            "memory",
            "settings",
            "secret",
            "projected",
            "downward",
          ].map((name) => ({ name, mountPath: `/v/${name}` })),
          { name: "directory", mountPath: "/v/readonly", readOnly: true },
          { name: "tree", mountPath: "/v/sub", subPath: "below" },
          { name: "tree", mountPath: "/v/expr", subPathExpr: "$(POD_NAME)" },
          { name: "tree", mountPath: "/v/key", subPathExpr: "$(KEY)" },
          { name: "settings", mountPath: "/v/settings-sub", subPath: "key" },
          { name: "over-a-link", mountPath: "/app" },
        ],
        {
          env: [
            { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
            { name: "KEY", valueFrom: { secretKeyRef: { name: "secret", key: "key" } } },
          ],
        },
      )],
    ),
  );
  await cluster.kubectl("wait", "--for=condition=Ready", "pod/all", "--timeout=60s");
}
