/** How requests for a URL come into a container. */
import { type Arrival, ipOf, type WebAddress } from "../web_address.ts";
import type { Container } from "./container.ts";
import { sharesNetwork } from "./processes.ts";

/** A way in. */
export interface Reach {
  /** Where they arrive; absent where the container shares this host's network. */
  readonly arrival?: Arrival;
  /** For a step: `its port 80 is published as 8080`. */
  readonly how: string;
}

/**
 * The way in that the runtime tells of; undefined when it tells of none.
 *
 * @param pid its first process on this host, where it is known
 */
export function reachOf(
  { network }: Container,
  { host, port }: WebAddress,
  pid: number | undefined,
): Reach | undefined {
  const { addresses, ports } = network;
  const isHosts = (pid === undefined ? undefined : sharesNetwork(pid)) ?? network.isHosts;
  if (isHosts === true) return { how: "it shares this host's network" };
  const ip = ipOf(host);
  const [own] = addresses;
  if (ip !== undefined && addresses.includes(ip)) {
    return { arrival: { host, port }, how: `${ip} is its own address` };
  }
  const published = ports.find(({ hostPort, hostAddress }) =>
    hostPort === port && (hostAddress === undefined || ip === undefined || hostAddress === ip)
  );
  if (published === undefined) return undefined;
  const { containerPort } = published;
  return {
    // Not every runtime tells the address at which they arrive then.
    arrival: { port: containerPort, ...(own === undefined ? {} : { host: bracketed(own) }) },
    how: `its port ${containerPort} is published as ${port}`,
  };
}

/** As a URL has it. */
function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
