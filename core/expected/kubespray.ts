/** What kubespray's download role asks for, by which variables, and where digests of it stand. */
import { machineOf } from "../packages/mod.ts";
import { TRUE } from "./expectation.ts";

/**
 * A line for each file that the role can ask for: the variable of its address without `_download_url`;
 * that of its version, with `*` where v2.28 and later take the first of checksums.yml unless it is set;
 * where digests stand; what asks for it, `|` between alternatives; releases, `old` up to v2.27, and
 * which of several forms it is; host and path; since which version of the file it lies elsewhere, and
 * where. `{V}`: v1.2; `{v}`: 1.2; `{v_}`: 1_2; `{a}`: amd64; `{m}`: x86_64.
 */
const TABLE = `
kubelet kube_version kubelet_checksums - all dl.k8s.io/release/{V}/bin/linux/{a}/kubelet
kubectl kube_version kubectl_checksums - all dl.k8s.io/release/{V}/bin/linux/{a}/kubectl
kubeadm kube_version kubeadm_checksums - all dl.k8s.io/release/{V}/bin/linux/{a}/kubeadm
etcd etcd_version etcd_binary_checksums etcd_deployment_type=host all github.com/etcd-io/etcd/releases/download/{V}/etcd-{V}-linux-{a}.tar.gz
cni cni_version* cni_binary_checksums - all github.com/containernetworking/plugins/releases/download/{V}/cni-plugins-linux-{a}-{V}.tgz
crictl crictl_version crictl_checksums - all github.com/kubernetes-sigs/cri-tools/releases/download/{V}/crictl-{V}-linux-{a}.tar.gz
runc runc_version* runc_checksums container_manager=containerd all github.com/opencontainers/runc/releases/download/{V}/runc.{a}
containerd containerd_version* containerd_archive_checksums container_manager=containerd old github.com/containerd/containerd/releases/download/v{v}/containerd-{v}-linux-{a}.tar.gz
containerd containerd_version* containerd_archive_checksums container_manager=containerd new,!containerd_static_binary github.com/containerd/containerd/releases/download/v{v}/containerd-{v}-linux-{a}.tar.gz
containerd containerd_version* containerd_static_archive_checksums container_manager=containerd new,containerd_static_binary github.com/containerd/containerd/releases/download/v{v}/containerd-static-{v}-linux-{a}.tar.gz
nerdctl nerdctl_version* nerdctl_archive_checksums container_manager=containerd all github.com/containerd/nerdctl/releases/download/v{v}/nerdctl-{v}-linux-{a}.tar.gz
crio crio_version crio_archive_checksums container_manager=crio all storage.googleapis.com/cri-o/artifacts/cri-o.{a}.{V}.tar.gz
skopeo skopeo_version* skopeo_binary_checksums container_manager=crio all github.com/lework/skopeo-binary/releases/download/{V}/skopeo-linux-{a}
cri_dockerd cri_dockerd_version* cri_dockerd_archive_checksums container_manager=docker all github.com/Mirantis/cri-dockerd/releases/download/v{v}/cri-dockerd-{v}.{a}.tgz
calicoctl calico_ctl_version* calicoctl_binary_checksums kube_network_plugin=calico all github.com/projectcalico/calico/releases/download/{V}/calicoctl-linux-{a}
calico_crds calico_version* calico_crds_archive_checksums kube_network_plugin=calico,calico_datastore=kdd all github.com/projectcalico/calico/archive/{V}.tar.gz
calico_crds calico_version* calico_crds_checksums kube_network_plugin=calico,calico_datastore=kdd new github.com/projectcalico/calico/raw/{V}/manifests/crds.yaml
ciliumcli cilium_cli_version* ciliumcli_binary_checksums kube_network_plugin=cilium|cilium_deploy_additionally all github.com/cilium/cilium-cli/releases/download/{V}/cilium-linux-{a}.tar.gz
helm helm_version* helm_archive_checksums helm_enabled all get.helm.sh/helm-{V}-linux-{a}.tar.gz
crun crun_version* crun_checksums crun_enabled all github.com/containers/crun/releases/download/{v}/crun-{v}-linux-{a}
youki youki_version* youki_checksums youki_enabled old github.com/containers/youki/releases/download/v{v}/youki_{v_}_linux.tar.gz 0.3.1 github.com/containers/youki/releases/download/v{v}/youki-{v}-{m}-musl.tar.gz
youki youki_version* youki_checksums youki_enabled new github.com/youki-dev/youki/releases/download/v{v}/youki-{v}-{m}-gnu.tar.gz
kata_containers kata_containers_version* kata_containers_binary_checksums kata_containers_enabled old github.com/kata-containers/kata-containers/releases/download/{v}/kata-static-{v}-{m}.tar.xz
kata_containers kata_containers_version* kata_containers_binary_checksums kata_containers_enabled new github.com/kata-containers/kata-containers/releases/download/{v}/kata-static-{v}-{a}.tar.xz 3.21 github.com/kata-containers/kata-containers/releases/download/{v}/kata-static-{v}-{a}.tar.zst
gvisor_runsc gvisor_version* gvisor_runsc_binary_checksums gvisor_enabled all storage.googleapis.com/gvisor/releases/release/{v}/{m}/runsc
gvisor_containerd_shim_runsc gvisor_version* gvisor_containerd_shim_binary_checksums gvisor_enabled all storage.googleapis.com/gvisor/releases/release/{v}/{m}/containerd-shim-runsc-v1
krew krew_version krew_archive_checksums krew_enabled old github.com/kubernetes-sigs/krew/releases/download/{V}/krew-linux_{a}.tar.gz
yq yq_version* yq_checksums argocd_enabled all github.com/mikefarah/yq/releases/download/{V}/yq_linux_{a}
argocd_install argocd_version* argocd_install_checksums argocd_enabled new raw.githubusercontent.com/argoproj/argo-cd/{V}/manifests/install.yaml
gateway_api_crds gateway_api_version* gateway_api_standard_crds_checksums gateway_api_enabled new,gateway_api_channel=standard github.com/kubernetes-sigs/gateway-api/releases/download/{V}/standard-install.yaml
gateway_api_crds gateway_api_version* gateway_api_experimental_crds_checksums gateway_api_enabled new,gateway_api_channel=experimental github.com/kubernetes-sigs/gateway-api/releases/download/{V}/experimental-install.yaml
prometheus_operator_crds prometheus_operator_crds_version* prometheus_operator_crds_checksums prometheus_operator_crds_enabled new github.com/prometheus-operator/prometheus-operator/releases/download/{V}/stripped-down-crds.yaml
`;

/** One file that the role can ask for. */
export type Download = typeof DOWNLOADS[number];

export const DOWNLOADS = TABLE.trim().split("\n").map((line) => {
  const [name = "", version = "", checksums = "", when = "", where = "", path = "", since, later] =
    line.split(" ");
  const [releases, ...only] = where.split(",");
  return {
    ...{ name, checksums, releases, only, path, since, later },
    version: version.replace("*", ""),
    first: version.endsWith("*"),
    when: when === "-" ? [] : when.split(","),
  };
});

/** What kubespray takes where nobody sets it. */
const DEFAULTS: Readonly<Record<string, string>> = {
  container_manager: "containerd",
  kube_network_plugin: "calico",
  calico_datastore: "kdd",
  etcd_deployment_type: "host",
  gateway_api_channel: "standard",
};

/** Whether the role asks for it; always once somebody sets its very version. */
export function isAskedFor(
  { when, only, version }: Download,
  variables: ReadonlyMap<string, string>,
): boolean {
  const holds = (condition: string): boolean => {
    const [, not, name = "", value] = /^(!?)(\w+)(?:=(.*))?$/.exec(condition) ?? [];
    const set = variables.get(name) ?? DEFAULTS[name] ?? "";
    const isSo = value === undefined ? TRUE.test(set) : set === value;
    return isSo !== (not === "!");
  };
  return only.every(holds) && (version !== "kube_version" && variables.has(version) ||
    when.every((alternatives) => alternatives.split("|").some(holds)));
}

/** Where it lies for a version, with or without its "v", and an architecture. */
export function pathOf(download: Download, version: string, arch: string): string {
  const { path, since, later = path } = download;
  const bare = version.replace(/^v/, "");
  const isLater = since !== undefined && bare.localeCompare(since, "en", { numeric: true }) >= 0;
  return (isLater ? later : path).replaceAll("{V}", `v${bare}`).replaceAll("{v}", bare)
    .replaceAll("{v_}", bare.replaceAll(".", "_"))
    .replaceAll("{a}", arch).replaceAll("{m}", machineOf(arch));
}

/** The variables of v2.24 and older, which know no mirror of a host: a template for each file. */
export function downloadUrls(): Record<string, string> {
  const old = DOWNLOADS.filter(({ releases }) => releases !== "new");
  return Object.fromEntries(old.map(({ name, version, path }) => {
    const filled = path.replaceAll("{V}", `{{ ${version} }}`).replaceAll("{v}", `{{ ${version} }}`)
      .replaceAll("{v_}", `{{ ${version} | regex_replace('\\\\.', '_') }}`)
      .replaceAll("{a}", "{{ image_arch }}").replaceAll("{m}", "{{ ansible_architecture }}");
    return [`${name}_download_url`, `{{ files_repo }}/${filled}`];
  }));
}
