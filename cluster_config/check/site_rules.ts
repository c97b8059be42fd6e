/** Whether the rest of the file goes with where binaries come from. */
import { isMap, type YAMLMap } from "yaml";
import { isExempt, parseAddress } from "../../core/util/address.ts";
import { addressOf, type Block, readBlock } from "../binaries.ts";
import type { ClusterDocument } from "../document.ts";
import { variablesIn } from "../kubespray_variables.ts";
import { keySpan, lookUp, pairOf, textOf } from "../yaml_nodes.ts";
import type { LocatedFault } from "./finding.ts";

/** What is said beside the block that keeps nodes from it, or sends them to the Internet. */
export function siteFindings(cluster: ClusterDocument): LocatedFault[] {
  const spec = lookUp(cluster.root, "spec", cluster.document);
  if (!isMap(spec)) return [];
  let block: Block;
  try {
    block = readBlock(cluster);
  } catch {
    return []; // its shape is told
  }
  const { form } = block;
  const isOffline = form === "s3" || form === "http";
  return [
    ...(isOffline ? onlineFindings(cluster, spec, block) : []),
    ...(isOffline || form === "builtin" ? packageFindings(spec) : []),
    ...(form === "builtin" || form === "official" ? mixedFindings(cluster, spec, form) : []),
  ];
}

/** Names of hosts that only a site with the Internet reaches. */
const PUBLIC =
  /(?:^|\.)(?:k8s\.io|github\.com|githubusercontent\.com|googleapis\.com|helm\.sh|docker\.(?:com|io)|quay\.io|gcr\.io|ghcr\.io|daocloud\.io|aliyun(?:cs)?\.com|edu\.cn|163\.com|huaweicloud\.com|(?:centos|debian|fedoraproject|rockylinux|opensuse)\.org|ubuntu\.com)$/i;

function onlineFindings(cluster: ClusterDocument, spec: YAMLMap, block: Block): LocatedFault[] {
  const { document, source } = cluster;
  const found: LocatedFault[] = [];
  const osRepos = lookUp(spec, "osRepos", document);
  if (isMap(osRepos) && textOf(lookUp(osRepos, "type", document)) === "official-service") {
    found.push({
      code: "online-os-repos",
      message: "binaries come from a server of the site, packages of the system from the Internet",
      hint: 'Write "type: builtin" or "type: external" for osRepos, if nodes have no Internet.',
      offset: offsetOf(osRepos, "type"),
    });
  }
  const offset = offsetOf(spec, "kubeanConfig");
  for (
    const [name, value] of kubeanVariables(
      source.name,
      textOf(lookUp(spec, "kubeanConfig", document)),
    )
  ) {
    const host = parseAddress(value)?.hostname ?? "";
    if (!/proxy$/i.test(name) && PUBLIC.test(host)) {
      found.push({
        code: "online-address",
        message: `kubeanConfig sends nodes to ${host} for "${name}"`,
        hint: "Take it out, or write an address of the site: binimport config vars prints them.",
        offset,
      });
    }
  }
  return [...found, ...proxyFindings(cluster, spec, block, offset)];
}

function proxyFindings(
  { document, source }: ClusterDocument,
  spec: YAMLMap,
  { values }: Block,
  offset: number,
): LocatedFault[] {
  const url = parseAddress(addressOf(values) ?? "");
  if (url === undefined) return [];
  const variables = kubeanVariables(source.name, textOf(lookUp(spec, "kubeanConfig", document)));
  const name = url.protocol === "https:" ? "https_proxy" : "http_proxy";
  const exempt = ["no_proxy", "additional_no_proxy"].map((one) => variables.get(one) ?? "").join(
    ",",
  );
  if ((variables.get(name) ?? "") === "" || isExempt(url.hostname, exempt)) return [];
  return [{
    code: "proxy-catches",
    message: `kubeanConfig sets ${name}, and no_proxy does not name ${url.hostname}`,
    hint: `Nodes would ask the proxy for binaries: add ${url.hostname} to additional_no_proxy.`,
    offset,
  }];
}

/** What is no YAML in there is the installer's to refuse. */
function kubeanVariables(name: string, text: string | undefined): ReadonlyMap<string, string> {
  try {
    return variablesIn(name, text ?? "");
  } catch {
    return new Map();
  }
}

/** A file without nodes is a piece of one, to be completed. */
function packageFindings(spec: YAMLMap): LocatedFault[] {
  if (pairOf(spec, "fullPackagePath") !== undefined || pairOf(spec, "masterNodes") === undefined) {
    return [];
  }
  return [{
    code: "no-package-path",
    message: '"fullPackagePath" is missing: an offline installation needs the unpacked package',
    hint: "Name its folder on the host that installs.",
    offset: offsetOf(spec, "masterNodes"),
  }];
}

function mixedFindings({ document }: ClusterDocument, spec: YAMLMap, form: string): LocatedFault[] {
  const images = lookUp(spec, "imagesAndCharts", document);
  if (!isMap(images) || textOf(lookUp(images, "type", document)) !== "external") return [];
  const from = form === "builtin" ? "the installer's own server" : "the Internet";
  return [{
    code: "mixed-sources",
    message: `images come from a registry of the site, but binaries from ${from}`,
    hint: "If there is a file server, too, name it: binimport config set FILE --endpoint URL.",
    offset: offsetOf(images, "type"),
  }];
}

function offsetOf(map: YAMLMap, key: string): number {
  const pair = pairOf(map, key);
  return pair === undefined ? map.range?.[0] ?? 0 : keySpan(pair).start;
}
