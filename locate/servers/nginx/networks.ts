/** Networks: of `allow` and `deny`, evaluated in their order, and of `geo`. */
import { parseAddress } from "../../../core/util/address.ts";
import type { Directive } from "./directive.ts";

export type Family = "ipv4" | "ipv6";

/** Whether `allow` and `deny` let in any address of these families: the first that holds it decides. */
export function somebodyAllowed(rules: readonly Directive[], families: readonly Family[]): boolean {
  return families.some((family) => {
    let undecided = [rangeOf("all", family)].filter((one) => one !== undefined);
    for (const { name, args: [text = ""] } of rules) {
      const range = rangeOf(text, family);
      if (range === undefined) continue;
      const isMet = undecided.some((one) => one.from <= range.to && range.from <= one.to);
      if (name === "allow" && isMet) return true;
      undecided = undecided.flatMap(({ from, to }) => [
        { from, to: to < range.from ? to : range.from - 1n },
        { from: from > range.to ? from : range.to + 1n, to },
      ]).filter(({ from, to }) => from <= to);
    }
    return undecided.length > 0;
  });
}

/** The entry of a `geo` with the smallest network or range that holds an address. */
export function networkFor(text: string, entries: readonly Directive[]): Directive | undefined {
  // nginx takes what is no address for the last one.
  const address = isNetwork(text) ? text : "255.255.255.255";
  const family = address.includes(":") ? "ipv6" : "ipv4";
  const at = rangeOf(address, family)?.from ?? 0n;
  const [best] = entries.flatMap((entry) => {
    const [low, high = low] = entry.name.split("-").map((one) => rangeOf(one, family));
    if (low === undefined || high === undefined || at < low.from || high.to < at) return [];
    return [{ entry, size: high.to - low.from }];
  }).sort((a, b) => a.size < b.size ? -1 : 1);
  return best?.entry;
}

export function isNetwork(text: string): boolean {
  return (rangeOf(text, "ipv4") ?? rangeOf(text, "ipv6")) !== undefined;
}

/** `all`, an address or `ADDRESS/BITS`; undefined for another family, `unix:` and what is none. */
function rangeOf(text: string, family: Family): { from: bigint; to: bigint } | undefined {
  const bits = family === "ipv4" ? 32 : 128;
  const [, address = "", length = bits] = /^([^/]*)(?:\/(\d+))?$/.exec(text) ?? [];
  const isAll = text === "all";
  const value = isAll ? 0n : family === "ipv4" ? ipv4(address) : ipv6(address);
  if (value === undefined || Number(length) > bits) return undefined;
  const host = BigInt(isAll ? bits : bits - Number(length));
  const from = (value >> host) << host;
  return { from, to: from + (1n << host) - 1n };
}

function ipv4(text: string): bigint | undefined {
  const parts = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) ? text.split(".").map(Number) : [256];
  if (parts.some((part) => part > 255)) return undefined;
  return parts.reduce((value, part) => (value << 8n) + BigInt(part), 0n);
}

function ipv6(text: string): bigint | undefined {
  const url = text.includes(":") ? parseAddress(`http://[${text}]/`) : undefined;
  if (url === undefined) return undefined;
  const [before = [], after = []] = url.hostname.slice(1, -1).split("::")
    .map((side) => side === "" ? [] : side.split(":"));
  const middle = Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...middle, ...after].reduce((v, part) => (v << 16n) + BigInt(`0x${part}`), 0n);
}
