/** `allow` and `deny`, evaluated in their order. */
import { parseAddress } from "../../../core/util/address.ts";
import type { Directive } from "./directive.ts";

export type Family = "ipv4" | "ipv6";

/** Addresses from one to another, both included. */
interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

const BITS: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

/**
 * Whether there is any address of these families that the rules let in. The first rule that holds
 * an address decides; one that none holds is allowed.
 */
export function somebodyAllowed(
  rules: readonly Directive[],
  families: readonly Family[],
): boolean {
  return families.some((family) => allowedIn(rules, family));
}

function allowedIn(rules: readonly Directive[], family: Family): boolean {
  let undecided: readonly Range[] = [{ from: 0n, to: (1n << BigInt(BITS[family])) - 1n }];
  for (const { name, args: [text = ""] } of rules) {
    const range = rangeOf(text, family);
    if (range === undefined) continue;
    const isMet = undecided.some((one) => one.from <= range.to && range.from <= one.to);
    if (name === "allow" && isMet) return true;
    undecided = undecided.flatMap((one) => without(one, range));
  }
  return undecided.length > 0;
}

function without(range: Range, taken: Range): Range[] {
  if (taken.to < range.from || taken.from > range.to) return [range];
  return [
    { from: range.from, to: taken.from - 1n },
    { from: taken.to + 1n, to: range.to },
  ].filter(({ from, to }) => from <= to);
}

/** `all`, an address or `ADDRESS/BITS`; undefined for another family, `unix:` and what is none. */
export function rangeOf(text: string, family: Family): Range | undefined {
  const bits = BITS[family];
  const [, address = "", length = bits] = /^([^/]*)(?:\/(\d+))?$/.exec(text) ?? [];
  const isAll = text === "all";
  const value = isAll ? 0n : family === "ipv4" ? ipv4(address) : ipv6(address);
  if (value === undefined || Number(length) > bits) return undefined;
  const host = BigInt(isAll ? bits : bits - Number(length));
  const from = (value >> host) << host;
  return { from, to: from + (1n << host) - 1n };
}

function ipv4(text: string): bigint | undefined {
  const parts = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) ? text.split(".").map(Number) : [];
  if (parts.length === 0 || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((value, part) => (value << 8n) + BigInt(part), 0n);
}

function ipv6(text: string): bigint | undefined {
  if (!text.includes(":")) return undefined;
  const host = parseAddress(`http://[${text}]/`)?.hostname.slice(1, -1);
  if (host === undefined) return undefined;
  const [before = [], after = []] = host.split("::")
    .map((side) => side === "" ? [] : side.split(":"));
  const middle = Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...middle, ...after].reduce((v, part) => (v << 16n) + BigInt(`0x${part}`), 0n);
}
