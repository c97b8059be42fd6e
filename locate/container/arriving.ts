/** Where requests come into a container whose configuration is known. */
import { noteWarning, type Trace } from "../answer.ts";
import { toText } from "../bytes.ts";
import { resolveFolder } from "../folder.ts";
import type { Configuration } from "../nginx/configuration.ts";
import { listenText } from "../nginx/listen.ts";
import { resolve } from "../nginx/resolve.ts";
import { socketsOn } from "../nginx/socket.ts";
import { NoAnswer } from "../no_answer.ts";
import { parseWebAddress, type WebAddress } from "../web_address.ts";
import { type Container, containerText } from "./container.ts";
import type { Reach } from "./reach.ts";

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
  if (only === undefined || others.length > 0) throw noWayIn(address, container, configuration);
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

function noWayIn(
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
