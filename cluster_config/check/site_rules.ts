/** Whether the rest of the file goes with where binaries come from. */
import type { YAMLMap } from "yaml";
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
  const repos = typeOf("osRepos");
  if (isOffline && repos.type === "official-service") {
    const message =
      "binaries come from a server of the site, packages of the system from the Internet";
    yield { code: "online-os-repos", message, offset: repos.offset };
  }
  if (isOffline) yield* kubeanFaults(cluster, spec, block);
  // A file without nodes is a piece of one, to be completed.
  const isWhole = pairOf(spec, "masterNodes") !== undefined;
  if ((isOffline || form === "builtin") && isWhole && !pairOf(spec, "fullPackagePath")) {
    const message =
      '"fullPackagePath" is missing: an offline installation needs the unpacked package';
    yield { code: "no-package-path", message, offset: offsetOf(spec, "masterNodes") };
  }
  const images = typeOf("imagesAndCharts");
  if ((form === "builtin" || form === "official") && images.type === "external") {
    const from = form === "builtin" ? "the installer's own server" : "the Internet";
    const message = `images come from a registry of the site, but binaries from ${from}`;
    yield { code: "mixed-sources", message, offset: images.offset };
  }
}

/** Names of hosts that only a site with the Internet reaches. */
const PUBLIC =
  /(?:^|\.)(?:k8s\.io|github\.com|githubusercontent\.com|googleapis\.com|helm\.sh|docker\.(?:com|io)|quay\.io|gcr\.io|ghcr\.io|daocloud\.io|aliyun(?:cs)?\.com|edu\.cn|163\.com|huaweicloud\.com|(?:centos|debian|fedoraproject|rockylinux|opensuse)\.org|ubuntu\.com)$/i;

/** Addresses and proxies among the variables of `kubeanConfig`. */
function* kubeanFaults(
  { document, source }: ClusterDocument,
  spec: YAMLMap,
  { values }: Block,
): Generator<Fault> {
  const text = textOf(lookUp(spec, "kubeanConfig", document)) ?? "";
  const variables = variablesOf(source.name, text);
  const offset = offsetOf(spec, "kubeanConfig");
  for (const [name, value] of variables) {
    const host = parseAddress(value)?.hostname ?? "";
    if (/proxy$/i.test(name) || !PUBLIC.test(host)) continue;
    const message = `kubeanConfig sends nodes to ${host} for "${name}"`;
    yield { code: "online-address", message, offset };
  }
  const { protocol, hostname = "" } = parseAddress(addressOf(values) ?? "") ?? {};
  const proxy = protocol === "https:" ? "https_proxy" : "http_proxy";
  const exempt = ["no_proxy", "additional_no_proxy"].map((one) => variables.get(one) ?? "");
  if (hostname === "" || !variables.get(proxy) || isExempt(hostname, exempt.join(","))) return;
  const message = `kubeanConfig sets ${proxy}, and no_proxy does not name ${hostname}`;
  yield { code: "proxy-catches", message, offset };
}

/** What is no YAML in there is the installer's to refuse. */
function variablesOf(name: string, text: string): ReadonlyMap<string, string> {
  try {
    return variablesIn(name, text);
  } catch {
    return new Map();
  }
}
