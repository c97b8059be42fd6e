/** Whether the rest of the file goes with where binaries come from. */
import { isExempt, parseAddress } from "../../core/util/address.ts";
import { addressOf, type Block } from "../binaries.ts";
import { type ClusterDocument, mapAt } from "../document.ts";
import { variablesIn } from "../kubespray_variables.ts";
import { lookUp, offsetOf, pairOf, textOf } from "../yaml_nodes.ts";
import type { Fault } from "./finding.ts";

/** What is said beside the block that keeps nodes from it, or sends them to the Internet. */
export function* siteFaults(cluster: ClusterDocument, block: Block): Generator<Fault> {
  const spec = mapAt(cluster, "spec");
  if (spec === undefined) return;
  const { form } = block;
  const isOffline = form === "s3" || form === "http";
  const typeOf = (key: string) => {
    const map = mapAt(cluster, "spec", key);
    const type = map && textOf(lookUp(map, "type", cluster.document));
    return { type, offset: map === undefined ? 0 : offsetOf(map, "type") };
  };
  if (isOffline) {
    const repos = typeOf("osRepos");
    if (repos.type === "official-service") {
      const message =
        "binaries come from a server of the site, packages of the system from the Internet";
      yield ["online-os-repos", repos.offset, message];
    }
    const text = textOf(lookUp(spec, "kubeanConfig", cluster.document)) ?? "";
    const offset = offsetOf(spec, "kubeanConfig");
    const faults = variableFaults(variablesOf(cluster.source.name, text), block);
    for (const [code, message] of faults) yield [code, offset, message];
  }
  // A file without nodes is a piece of one, to be completed.
  const isWhole = pairOf(spec, "masterNodes") !== undefined;
  if ((isOffline || form === "builtin") && isWhole && !pairOf(spec, "fullPackagePath")) {
    const message =
      '"fullPackagePath" is missing: an offline installation needs the unpacked package';
    yield ["no-package-path", offsetOf(spec, "masterNodes"), message];
  }
  const images = typeOf("imagesAndCharts");
  if ((form === "builtin" || form === "official") && images.type === "external") {
    const from = form === "builtin" ? "the installer's own server" : "the Internet";
    const message = `images come from a registry of the site, but binaries from ${from}`;
    yield ["mixed-sources", images.offset, message];
  }
}

/** Names of hosts that only a site with the Internet reaches. */
const PUBLIC =
  /(?:^|\.)(?:k8s\.io|github\.com|githubusercontent\.com|googleapis\.com|helm\.sh|docker\.(?:com|io)|quay\.io|gcr\.io|ghcr\.io|daocloud\.io|aliyun(?:cs)?\.com|edu\.cn|163\.com|huaweicloud\.com|(?:centos|debian|fedoraproject|rockylinux|opensuse)\.org|ubuntu\.com)$/i;

/** Addresses and proxies among the variables of `kubeanConfig`. */
function* variableFaults(
  variables: ReadonlyMap<string, string>,
  { values }: Block,
): Generator<readonly [Fault[0], message: string]> {
  for (const [name, value] of variables) {
    const host = parseAddress(value)?.hostname ?? "";
    if (/proxy$/i.test(name) || !PUBLIC.test(host)) continue;
    yield ["online-address", `kubeanConfig sends nodes to ${host} for "${name}"`];
  }
  const { protocol, hostname = "" } = parseAddress(addressOf(values) ?? "") ?? {};
  const proxy = protocol === "https:" ? "https_proxy" : "http_proxy";
  const exempt = ["no_proxy", "additional_no_proxy"].map((one) => variables.get(one) ?? "");
  if (hostname === "" || !variables.get(proxy) || isExempt(hostname, exempt.join(","))) return;
  yield ["proxy-catches", `kubeanConfig sets ${proxy}, and no_proxy does not name ${hostname}`];
}

/** What is no YAML in there is the installer's to refuse. */
function variablesOf(name: string, text: string): ReadonlyMap<string, string> {
  try {
    return variablesIn(name, text);
  } catch {
    return new Map();
  }
}
