/** How the programs of a cluster are started, all on loopback of namespaces of their own. */
import { tool } from "../require.ts";
import { run } from "../run.ts";
import { ADDRESS } from "./namespaces.ts";

/** What a cluster in a folder is started with. */
export interface ClusterSettings {
  readonly folder: string;
  /** The control group of its pods. */
  readonly cgroup: string;
  /** The administrator's. */
  readonly kubeconfig: string;
  /** containerd's. */
  readonly socket: string;
  /** Where kubelet looks for static pods. */
  readonly manifests: string;
  /** The arguments of each program. */
  readonly programs: Readonly<Record<Program, readonly string[]>>;
}

/** A program of the cluster. */
export type Program =
  | "etcd"
  | "containerd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kubelet";

const API = "https://127.0.0.1:6443";
const ETCD = "http://127.0.0.1:2379";

/** Those of a folder. */
export function settingsOf(folder: string, cgroup: string): ClusterSettings {
  const kubeconfig = `${folder}/kubeconfig`;
  const controller = [
    "--kubeconfig",
    kubeconfig,
    "--leader-elect=false",
    "--bind-address=127.0.0.1",
  ];
  return {
    folder,
    cgroup,
    kubeconfig,
    socket: `${folder}/containerd.sock`,
    manifests: `${folder}/manifests`,
    programs: {
      "etcd": [
        `--data-dir=${folder}/etcd`,
        `--listen-client-urls=${ETCD}`,
        `--advertise-client-urls=${ETCD}`,
        "--listen-peer-urls=http://127.0.0.1:2380",
      ],
      "containerd": [`--config=${folder}/containerd.toml`],
      "kube-apiserver": [
        `--etcd-servers=${ETCD}`,
        `--token-auth-file=${folder}/tokens`,
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes",
        `--service-account-key-file=${folder}/sa.pub`,
        `--service-account-signing-key-file=${folder}/sa.key`,
        "--service-cluster-ip-range=10.96.0.0/24",
        "--disable-admission-plugins=ServiceAccount",
        `--cert-dir=${folder}/certificates`,
        "--secure-port=6443",
        "--bind-address=127.0.0.1",
        `--advertise-address=${ADDRESS}`,
      ],
      "kube-controller-manager": [
        ...controller,
        `--service-account-private-key-file=${folder}/sa.key`,
      ],
      "kube-scheduler": controller,
      // Two words where most write `=`: the search for kubelet's folder has to know both.
      "kubelet": [
        "--root-dir",
        `${folder}/kubelet`,
        `--config=${folder}/kubelet.json`,
        `--kubeconfig=${kubeconfig}`,
        `--node-ip=${ADDRESS}`,
      ],
    },
  };
}

/** Writes all files that the programs are pointed at. */
export async function writeSettings(settings: ClusterSettings): Promise<void> {
  const { folder, kubeconfig, manifests } = settings;
  for (const path of [manifests, `${folder}/cni`]) await Deno.mkdir(path);
  const openssl = (...args: readonly string[]) => run(tool("openssl") ?? "openssl", args);
  await openssl("genrsa", "-out", `${folder}/sa.key`, "2048");
  await openssl("rsa", "-in", `${folder}/sa.key`, "-pubout", "-out", `${folder}/sa.pub`);
  const files: Readonly<Record<string, unknown>> = {
    [kubeconfig]: kubeconfigFor("admin"),
    [`${folder}/kubelet.json`]: kubeletConfiguration(settings),
    [`${folder}/cni/10-pods.conflist`]: NETWORK,
  };
  for (const [path, value] of Object.entries(files)) {
    await Deno.writeTextFile(path, JSON.stringify(value));
  }
  await Deno.writeTextFile(`${folder}/containerd.toml`, containerdConfiguration(settings));
  await Deno.writeTextFile(
    `${folder}/tokens`,
    'admin,admin,1,"system:masters"\nguest,guest,2,"guests"\n',
  );
}

/** A kubeconfig of a user, whose token is the own name: `admin`, or `guest`, who may do nothing. */
export function kubeconfigFor(user: string): unknown {
  const named = (name: string, content: unknown) => [{ name: "test", [name]: content }];
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: named("cluster", { server: API, "insecure-skip-tls-verify": true }),
    users: named("user", { token: user }),
    contexts: named("context", { cluster: "test", user: "test" }),
    "current-context": "test",
  };
}

/** Each pod has an address of its own, and its `hostPort`s lead to it. */
const NETWORK = {
  cniVersion: "0.4.0",
  name: "pods",
  plugins: [
    {
      type: "ptp",
      ipam: {
        type: "host-local",
        subnet: "10.78.0.0/24",
        dataDir: "/run/cni-addresses",
        routes: [{ dst: "0.0.0.0/0" }],
      },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

function kubeletConfiguration({ cgroup, manifests, socket }: ClusterSettings): unknown {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    cgroupDriver: "cgroupfs",
    cgroupRoot: cgroup,
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: "AlwaysAllow" },
    staticPodPath: manifests,
    address: "127.0.0.1",
    containerRuntimeEndpoint: `unix://${socket}`,
    makeIPTablesUtilChains: false,
    syncFrequency: "2s",
    // Tests are not evicted because the machine is full.
    evictionHard: {
      "memory.available": "1Mi",
      "nodefs.available": "0%",
      "imagefs.available": "0%",
    },
    imageGCHighThresholdPercent: 100,
  };
}

function containerdConfiguration({ folder, socket }: ClusterSettings): string {
  return `version = 2
root = "${folder}/containerd"
state = "${folder}/containerd-run"
[grpc]
address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
path = "${folder}/containerd-opt"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "localhost/web:1"
disable_apparmor = true
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${folder}/cni"
`;
}
