/** Which hosts are kept from a proxy. */

/** Whether a value of `no_proxy` names a host, as curl and Python read it, and ranges as newer ones do. */
export function isExempt(host: string, noProxy: string): boolean {
  return noProxy.split(",").some((one) => matches(one.trim(), host));
}

/** `*`, a host, a domain with or without its dot, or a range such as `10.0.0.0/8`. */
function matches(pattern: string, host: string): boolean {
  if (pattern === "*" || pattern === host) return true;
  const [base = "", bits] = pattern.split("/");
  if (bits !== undefined) return inRange(host, base, Number(bits));
  const domain = pattern.replace(/^\*?\./, "");
  return ipv4(host) === undefined && domain !== "" && host.endsWith(`.${domain}`);
}

function inRange(host: string, base: string, bits: number): boolean {
  const [address, network] = [ipv4(host), ipv4(base)];
  if (address === undefined || network === undefined || !(bits >= 0 && bits <= 32)) return false;
  const block = 2 ** (32 - bits);
  return Math.floor(address / block) === Math.floor(network / block);
}

function ipv4(text: string): number | undefined {
  const parts = text.split(".").map(Number);
  const isIpv4 = parts.length === 4 && parts.every((one) => one >= 0 && one <= 255);
  return isIpv4 ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
}
