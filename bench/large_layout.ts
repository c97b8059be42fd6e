/** What lies where in an `offline-files.tar.gz`, and which real binary stands in for it. */

/** Files of Debian packages (`bin/…` is in /usr), or programs of the cache (`built/…`). */
type Source = string;

/** A file of the package: a copy of one source, or an archive of several. */
export type LargeFile = Source | { readonly pack: readonly Source[] };

/**
 * The paths are those of kubespray's downloads for one architecture. What Debian lacks is played by
 * another Go binary of like length; the archives are compressed as their names say.
 */
export const LARGE_FILES: Readonly<Record<string, LargeFile>> = {
  "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubelet": "sbin/dockerd",
  "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubeadm": "bin/rclone",
  "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubectl": "bin/kubectl",
  "github.com/containerd/containerd/releases/download/v1.7.23/containerd-1.7.23-linux-amd64.tar.gz":
    { pack: ["bin/containerd", "bin/ctr", "bin/containerd-shim-runc-v2", "bin/containerd-shim"] },
  "github.com/containerd/nerdctl/releases/download/v1.7.7/nerdctl-1.7.7-linux-amd64.tar.gz": {
    pack: ["bin/docker"],
  },
  "github.com/opencontainers/runc/releases/download/v1.2.6/runc.amd64": "sbin/runc",
  "github.com/containers/crun/releases/download/1.17/crun-1.17-linux-amd64": "bin/crun",
  "github.com/containers/youki/releases/download/v0.4.1/youki-0.4.1-x86_64.tar.gz": {
    pack: ["bin/dnet"],
  },
  "github.com/lework/skopeo-binary/releases/download/v1.16.1/skopeo-linux-amd64": "bin/skopeo",
  "github.com/mikefarah/yq/releases/download/v4.42.1/yq_linux_amd64": "bin/umoci",
  "github.com/projectcalico/calico/releases/download/v3.29.3/calicoctl-linux-amd64": "bin/caddy",
  "github.com/projectcalico/calico/archive/v3.29.3.tar.gz": {
    pack: ["share/doc/etcd-server/etcd-mixin/test.yaml", "share/doc/prometheus"],
  },
  "github.com/cilium/cilium-cli/releases/download/v0.16.24/cilium-linux-amd64.tar.gz": {
    pack: ["bin/docker-registry"],
  },
  "github.com/containernetworking/plugins/releases/download/v1.4.1/cni-plugins-linux-amd64-v1.4.1.tgz":
    { pack: ["lib/cni"] },
  "github.com/etcd-io/etcd/releases/download/v3.5.21/etcd-v3.5.21-linux-amd64.tar.gz": {
    pack: ["bin/etcd", "bin/etcdctl"],
  },
  "github.com/kubernetes-sigs/cri-tools/releases/download/v1.32.0/crictl-v1.32.0-linux-amd64.tar.gz":
    { pack: ["bin/buildah"] },
  "github.com/Mirantis/cri-dockerd/releases/download/v0.3.11/cri-dockerd-0.3.11.amd64.tgz": {
    pack: ["sbin/ovrouter", "sbin/docker-proxy"],
  },
  "github.com/kata-containers/kata-containers/releases/download/3.7.0/kata-static-3.7.0-amd64.tar.zst":
    { pack: ["bin/podman", "lib/podman"] },
  "download.docker.com/linux/static/stable/x86_64/docker-27.5.1.tgz": {
    pack: ["bin/docker", "sbin/dockerd", "bin/containerd", "sbin/runc"],
  },
  "get.helm.sh/helm-v3.16.4-linux-amd64.tar.gz": { pack: ["bin/rclone"] },
  "storage.googleapis.com/gvisor/releases/release/20240305/x86_64/runsc": "bin/prometheus",
  "storage.googleapis.com/gvisor/releases/release/20240305/x86_64/containerd-shim-runsc-v1":
    "bin/prometheus-node-exporter",
  "dl.min.io/server/minio/release/linux-amd64/minio": "built/minio",
  "dl.min.io/client/mc/release/linux-amd64/mc": "built/mc",
  "raw.githubusercontent.com/prometheus-operator/prometheus-operator/v0.72.0/example/prometheus-operator-crd/monitoring.coreos.com_prometheuses.yaml":
    "share/doc/etcd-server/etcd-mixin/test.yaml",
  "raw.githubusercontent.com/kubernetes-sigs/gateway-api/v1.1.0/config/crd/experimental-install.yaml":
    "share/doc/etcd-server/v2/etcd_alert.rules.yml",
  "github.com/prometheus/node_exporter/raw/v1.5.0/example-rules.yml":
    "share/doc/prometheus-node-exporter/examples/example-rules.yml",
};
