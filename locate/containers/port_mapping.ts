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
import { type Configuration, listenText, resolve } from "../servers/nginx/mod.ts";
import { type Container, containerText } from "./container.ts";
import { sharesNetwork } from "./processes.ts";

/** How requests come in; without an arrival where the container shares this host's network. */
interface Reach {
  readonly arrival?: Arrival;
  /** To stand behind the container: `: its port 80 is published as 8080`. */
  readonly how: string;
}

/** The way in that the runtime tells of, or /proc; undefined where neither tells of one. */
export function reachOf(container: Container, { host, port }: WebAddress): Reach | undefined {
  const { network, pid } = container;
  if (sharesNetwork(container) === true) return { how: ": it shares this host's network" };
  // Not every runtime knows them: the network of a pod is CNI's.
  const addresses = [...network.addresses, ...(pid === undefined ? [] : addressesOf(pid))];
  const ip = ipOf(host);
  if (ip !== undefined && addresses.includes(ip)) {
    return { arrival: { host, port }, how: `: ${ip} is its own address` };
  }
  const published = network.ports.find(({ hostPort, hostAddress }) =>
    hostPort === port && (hostAddress === undefined || ip === undefined || hostAddress === ip)
  );
  if (published === undefined) return undefined;
  const { containerPort } = published;
  // Not every runtime tells the address at which they arrive then. IPv6 has brackets in a URL.
  const [own] = addresses.map((one) => one.includes(":") ? `[${one}]` : one);
  return {
    arrival: { port: containerPort, ...(own === undefined ? {} : { host: own }) },
    how: `: its port ${containerPort} is published as ${port}`,
  };
}

/**
 * The address with where it arrives. Something that the runtime does not know may forward to a
 * container: then it is the URL's own port where nginx listens on that, else the only one there is.
 */
export function arrivingAt(
  address: WebAddress,
  reach: Reach | undefined,
  container: Container,
  { servers, socketsOn }: Configuration,
  trace: Trace,
): WebAddress {
  if (reach !== undefined) return { ...address, ...reach.arrival && { arrival: reach.arrival } };
  const { port } = address;
  if (socketsOn(port).length > 0) return { ...address, arrival: { port } };
  const listens = servers.flatMap((server) => server.listens);
  const [only, ...others] = new Set(listens.map((one) => one.port));
  const where = containerText(container);
  if (only === undefined || others.length > 0) {
    const texts = [...new Set(listens.map(listenText))].join(", ") || "none";
    const state = `port ${port} leads to no port of ${where}; its nginx listens on ${texts}`;
    const hint = "Give the URL with a port that the container publishes.";
    throw new NoAnswer("no-server", state, hint);
  }
  const message = `Nothing tells how port ${port} leads to ${where}: ` +
    `it is taken to arrive at port ${only}, the only one that its nginx listens on`;
  const hint = "Prove the mapping by fetching a file.";
  noteWarning(trace, { code: "port-assumed", message, hint });
  return { ...address, arrival: { port: only } };
}

/** The address of the one folder that nginx serves; throws where there is none, or several. */
export async function onlyAddress(configuration: Configuration): Promise<WebAddress> {
  const folders = new Map<string, WebAddress>();
  let failure: NoAnswer | undefined;
  for (const { port, tls } of configuration.servers.flatMap(({ listens }) => listens)) {
    // Any name, which the default server of that port answers to.
    const any = parseWebAddress(`${tls ? "https" : "http"}://localhost:${port}/`);
    const address = { ...any, arrival: { port } };
    try {
      const { path: folder } = await resolveFolder(address, (one) => resolve(configuration, one));
      folders.getOrInsert(folder, address);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      failure ??= error;
    }
  }
  const [first, ...others] = folders.values();
  if (first !== undefined && others.length === 0) return first;
  if (first === undefined && failure !== undefined) throw failure;
  const names = folders.keys().map(toText).toArray().join(", ");
  const state = `the container's nginx serves ${names === "" ? "no folder" : `several: ${names}`}`;
  throw new NoAnswer("unclear", state, "Give the URL that nodes use: --url URL.");
}
