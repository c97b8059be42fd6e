/** Where requests come into a container whose configuration is known. */
import { resolveFolder } from "../base_url.ts";
import { toText } from "../bytes.ts";
import { addressesOf } from "../proc.ts";
import {
  type Arrival,
  ipOf,
  NoAnswer,
  noteWarning,
  parseWebAddress,
  type Trace,
  type WebAddress,
} from "../result.ts";
import { type Configuration, listenText, resolve, socketsOn } from "../servers/nginx/mod.ts";
import { sharesNetwork } from "./processes.ts";
import { type Container, containerText } from "./runtime.ts";

/** What is known when it is asked. */
interface Known {
  readonly container: Container;
  readonly configuration: Configuration;
  readonly trace: Trace;
}

/**
 * The address with where it arrives. Of a container that was named, the runtime need not tell how
 * the URL leads to it: something else may forward to it. Then it is the URL's own port where nginx
 * listens on that, else the only one there is.
 *
 * @param reach what the runtime tells
 */
export function arrivingAt(
  address: WebAddress,
  reach: Reach | undefined,
  { container, configuration, trace }: Known,
): WebAddress {
  if (reach !== undefined) {
    return reach.arrival === undefined ? address : { ...address, arrival: reach.arrival };
  }
  const { port } = address;
  if (socketsOn(configuration.servers, port).length > 0) return { ...address, arrival: { port } };
  const [only, ...others] = portsOf(configuration);
  if (only === undefined || others.length > 0) throw noRouteIn(address, container, configuration);
  noteWarning(trace, {
    code: "port-assumed",
    message: `Nothing tells how port ${port} leads to ${
      containerText(container)
    }: it is taken to arrive at port ${only}, the only one that its nginx listens on`,
    hint: "Prove the mapping by fetching a file.",
  });
  return { ...address, arrival: { port: only } };
}

function portsOf({ servers }: Configuration): number[] {
  return [...new Set(servers.flatMap(({ listens }) => listens.map(({ port }) => port)))];
}

function noRouteIn(
  { port }: WebAddress,
  container: Container,
  { servers }: Configuration,
): NoAnswer {
  const listens = servers.flatMap((server) => server.listens.map(listenText));
  return new NoAnswer(
    "no-server",
    `port ${port} leads to no port of ${containerText(container)}; its nginx listens on ${
      [...new Set(listens)].join(", ") || "none"
    }`,
    "Give the URL with a port that the container publishes.",
  );
}

/**
 * The address of the one folder that nginx serves, where no URL was given. Throws
 * {@linkcode NoAnswer} where there is none, or several.
 */
export async function onlyAddress(configuration: Configuration): Promise<WebAddress> {
  const addresses = configuration.servers.flatMap(({ listens }) => listens)
    .map(({ port, tls }) => addressOf(port, tls));
  const folders = new Map<string, WebAddress>();
  let failure: NoAnswer | undefined;
  for (const address of addresses) {
    try {
      const { folder } = await resolveFolder(address, (one) => resolve(configuration, one));
      if (!folders.has(folder)) folders.set(folder, address);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      failure ??= error;
    }
  }
  const [first, ...others] = folders;
  if (first !== undefined && others.length === 0) return first[1];
  if (first === undefined && failure !== undefined) throw failure;
  const names = [...folders.keys()].map(toText).join(", ");
  throw new NoAnswer(
    "unclear",
    `the container's nginx serves ${names === "" ? "no folder" : `several: ${names}`}`,
    "Give the URL that nodes use: --url URL.",
  );
}

/** Any name, which the default server of that port answers to. */
function addressOf(port: number, tls: boolean): WebAddress {
  const address = parseWebAddress(`${tls ? "https" : "http"}://localhost:${port}/`);
  return { ...address, arrival: { port } };
}

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
  const { ports } = network;
  const isHosts = (pid === undefined ? undefined : sharesNetwork(pid)) ?? network.isHosts;
  if (isHosts === true) return { how: "it shares this host's network" };
  // Not every runtime knows them: the network of a pod is CNI's.
  const addresses = [...network.addresses, ...(pid === undefined ? [] : addressesOf(pid))];
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
