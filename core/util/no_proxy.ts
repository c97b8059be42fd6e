/** `no_proxy`: apart from other addresses, which every start reads, since node:net takes its time. */
import { BlockList, isIPv4 } from "node:net";

/** Whether a value of `no_proxy` names a host, as curl and Python read it, and ranges as newer ones do. */
export function isExempt(host: string, noProxy: string): boolean {
  const ranges = new BlockList();
  const isNamed = noProxy.split(",").map((one) => one.trim()).some((one) => {
    const [, network = "", bits] = /^(.+)\/(\d+)$/.exec(one) ?? [];
    if (isIPv4(network) && Number(bits) <= 32) ranges.addSubnet(network, Number(bits));
    const domain = one.replace(/^\*?\./, "");
    return one === "*" || one === host || !isIPv4(host) && domain && host.endsWith(`.${domain}`);
  });
  return isNamed || isIPv4(host) && ranges.check(host);
}
