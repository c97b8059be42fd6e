/** Volumes of pods: every kind, and where it lies on the host. */
import { deepEqual, equal } from "node:assert/strict";
import { mountsOfPod } from "../../../locate/containers/kubelet/pod_mounts.ts";
import { shown } from "../../support/containers/recorded.ts";

const UID = "6ffc887b-d619-11e7-8e8b-42010af00002";
const VOLUMES = `/var/lib/kubelet/pods/${UID}/volumes`;

const CLAIMS: Readonly<Record<string, string>> = {
  local: "pv-local",
  far: "pv-far",
  nfs: "pv-nfs",
  csi: "pv-csi",
  host: "pv-host",
  odd: "pv-odd",
  "files-0-scratch": "pv-csi",
  pending: "",
};

const LABELS = { "batch.kubernetes.io/job-completion-index": "3", tier: "web" };

const onNode = (node: string) => ({
  required: {
    nodeSelectorTerms: [{
      matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }],
    }],
  },
});

const PERSISTENT = {
  "pv-local": { local: { path: "/mnt/disk" }, nodeAffinity: onNode("n1") },
  "pv-far": { local: { path: "/mnt/disk" }, nodeAffinity: onNode("n2") },
  "pv-nfs": { nfs: { server: "10.0.0.9", path: "/x" } },
  "pv-csi": { csi: { driver: "csi.example", volumeHandle: "1" } },
  "pv-host": { hostPath: { path: "/data/pv" } },
  "pv-odd": { somethingNew: {} },
};

/** The mount of one volume at /www, in short. */
async function mountOf(
  volume: Readonly<Record<string, unknown>>,
  mount: Readonly<Record<string, unknown>> = {},
  env: readonly unknown[] = [],
  annotations: Readonly<Record<string, string>> = {
    "batch.kubernetes.io/job-completion-index": "4",
  },
): Promise<string> {
  const asJson = (value: unknown) => JSON.parse(JSON.stringify(value));
  const pod = asJson({
    metadata: { name: "files-0", namespace: "kubean", uid: UID, annotations, labels: LABELS },
    spec: { nodeName: "n1", volumes: [{ name: "scratch", ...volume }] },
  });
  const container = asJson({
    name: "nginx",
    env,
    volumeMounts: [{ name: "scratch", mountPath: "/www/", ...mount }],
  });
  const mounts = await mountsOfPod(pod, container, {
    claim: (name) => {
      const volumeName = CLAIMS[name];
      return Promise.resolve(
        volumeName === undefined ? undefined : asJson({ spec: { volumeName } }),
      );
    },
    volume: (name) => {
      const spec = new Map<string, unknown>(Object.entries(PERSISTENT)).get(name);
      return Promise.resolve(spec === undefined ? undefined : asJson({ spec }));
    },
  });
  equal(mounts.length, 1);
  return shown(mounts)[0]?.replace(VOLUMES, "V") ?? "";
}

const claim = (claimName: string) => ({ persistentVolumeClaim: { claimName } });

const kinds: readonly [volume: Readonly<Record<string, unknown>>, mount: string][] = [
  [{ hostPath: { path: "/srv/www" } }, '/www hostPath "scratch": /srv/www'],
  [{ emptyDir: {} }, '/www emptyDir "scratch": V/kubernetes.io~empty-dir/scratch'],
  [claim("local"), '/www PersistentVolumeClaim "local": /mnt/disk'],
  [claim("host"), '/www PersistentVolumeClaim "host": /data/pv'],
  [claim("nfs"), '/www PersistentVolumeClaim "nfs": V/kubernetes.io~nfs/pv-nfs'],
  [claim("csi"), '/www PersistentVolumeClaim "csi": V/kubernetes.io~csi/pv-csi/mount'],
  [
    claim("far"),
    '/www PersistentVolumeClaim "far": (has the local volume "pv-far", which lies on n2)',
  ],
  [
    claim("pending"),
    '/www PersistentVolumeClaim "pending": (is not there, or not bound to a volume)',
  ],
  [claim("none"), '/www PersistentVolumeClaim "none": (is not there, or not bound to a volume)'],
  [
    claim("odd"),
    '/www PersistentVolumeClaim "odd": (has a volume "pv-odd" that is not there, or of a kind that is not known)',
  ],
  [
    { ephemeral: { volumeClaimTemplate: {} } },
    '/www PersistentVolumeClaim "files-0-scratch": V/kubernetes.io~csi/pv-csi/mount',
  ],
  [
    { nfs: { server: "10.0.0.9", path: "/x" } },
    '/www nfs volume "scratch": V/kubernetes.io~nfs/scratch',
  ],
  [{ cephfs: {} }, '/www cephfs volume "scratch": V/kubernetes.io~cephfs/scratch'],
  [
    { csi: { driver: "csi.example" } },
    '/www CSI volume "scratch": V/kubernetes.io~csi/scratch/mount',
  ],
  [{ flexVolume: { driver: "example/fs" } }, '/www flexVolume "scratch": V/example~fs/scratch'],
  ...Object.entries({
    configMap: "ConfigMap",
    secret: "Secret",
    projected: "projected volume",
    downwardAPI: "downwardAPI volume",
  }).map(([kind, what]): [Readonly<Record<string, unknown>>, string] => [
    { [kind]: {} },
    `/www ${what} "scratch": (is a read-only copy, which kubelet writes anew by itself)`,
  ]),
  [
    { image: { reference: "x" } },
    '/www volume "scratch": (is of a kind that has no folder to write into, or none that is known)',
  ],
];

for (const [volume, mount] of kinds) {
  Deno.test(`volumes of pods: ${mount}`, async () => equal(await mountOf(volume), mount));
}

Deno.test("volumes of pods: the folder in one that is mounted", async () => {
  const volume = { hostPath: { path: "/srv" } };
  const mounted = (mount: Readonly<Record<string, unknown>>, ...env: readonly unknown[]) =>
    mountOf(volume, mount, env);
  equal(await mounted({ subPath: "a/b", readOnly: true }), '/www hostPath "scratch": /srv/a/b ro');
  const podName = { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } };
  const site = { name: "SITE", value: "main" };
  equal(
    await mounted({ subPathExpr: "$(SITE)/$(POD)/$$x" }, podName, site),
    '/www hostPath "scratch": /srv/main/files-0/$x',
  );
  const index = (fieldPath: string) => ({ name: "INDEX", valueFrom: { fieldRef: { fieldPath } } });
  for (
    const [fieldPath, folder] of [
      ["metadata.labels['batch.kubernetes.io/job-completion-index']", "/srv/3"],
      ["metadata.annotations['batch.kubernetes.io/job-completion-index']", "/srv/4"],
      ["metadata.labels['apps.kubernetes.io/pod-index']", "(is mounted by a subPathExpr"],
      ["metadata.labels['tier']", "(is mounted by a subPathExpr"], // it may have changed since
    ] as const
  ) {
    const answer = await mounted({ subPathExpr: "$(INDEX)" }, index(fieldPath));
    equal(answer.startsWith(`/www hostPath "scratch": ${folder}`), true, answer);
  }
  deepEqual(
    await mounted({ subPathExpr: "$(KEY)" }, { name: "KEY", valueFrom: { secretKeyRef: {} } }),
    '/www hostPath "scratch": (is mounted by a subPathExpr with $(KEY), which the pod\'s specification does not tell)',
  );
});

Deno.test("volumes of pods: kubelet calls a static pod by the hash of its file", async () => {
  const hash = "6576683a93d91d8e2119df2c2755f2f1";
  const annotations = {
    "kubernetes.io/config.mirror": hash,
    "kubernetes.io/config.source": "file",
  };
  equal(
    await mountOf({ emptyDir: {} }, {}, [], annotations),
    `/www emptyDir "scratch": /var/lib/kubelet/pods/${hash}/volumes/kubernetes.io~empty-dir/scratch`,
  );
});
