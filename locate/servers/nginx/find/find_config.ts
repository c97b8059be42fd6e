/** Where the configuration comes from: a file given, the nginx that listens there, usual places. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { BinimportError } from "../../../../core/util/errors.ts";
import { hostView, Unreadable } from "../../../file_view.ts";
import { holdsSocket, listeningSockets, processes, programName } from "../../../proc.ts";
import { NoAnswer, noteStep, noteWarning, type Trace, type WebAddress } from "../../../result.ts";
import { parseDump } from "./dump.ts";
import { type Configuration, type Installation, loadConfiguration } from "../installation.ts";
import { socketsFor, socketsOn } from "../listen.ts";
import {
  installationFor,
  installationOf,
  installedBuilds,
  type RunningNginx,
  runningNginx,
  usualInstallations,
} from "./processes.ts";

/** What the user said of the source. */
export interface SourceOptions {
  /** `--nginx-conf`: the main configuration file, or what `nginx -T` printed. */
  readonly nginxConf?: string;
}

/**
 * Finds and reads the configuration for an address. Throws {@linkcode NoAnswer} when there is none,
 * and code `nginx-conf` when it cannot be read.
 */
export async function findConfiguration(
  address: WebAddress,
  { nginxConf }: SourceOptions,
  trace: Trace,
): Promise<Configuration> {
  if (nginxConf !== undefined) {
    const given = await givenInstallation(nginxConf);
    noteStep(trace, `configuration ${given.confPath}, as given`);
    return await loadConfiguration(given);
  }
  const { port } = address;
  const listening = listeningNginx(port);
  if (listening.length > 0) {
    const installations = listening.map(requireInstallation);
    const { configuration: found } = await thatServes(installations, address);
    if (found.uncertain) warnOfHidden(port, trace);
    noteStep(trace, `configuration ${found.confPath}, of the nginx that listens on port ${port}`);
    return found;
  }
  refuseOthers(port);
  const usual = usualInstallations();
  if (usual.length === 0) throw nothingFound(port);
  const { configuration: found, serves } = await thatServes(usual, address);
  if (!serves) throw nothingServes(port, usual);
  noteStep(trace, `configuration ${found.confPath}; no nginx listens on port ${port} now`);
  return found;
}

/** The first that has a server for the address; else the first. */
async function thatServes(
  installations: readonly Installation[],
  { port, host }: WebAddress,
): Promise<{ readonly configuration: Configuration; readonly serves: boolean }> {
  let first: Configuration | undefined;
  let failure: unknown;
  for (const installation of installations) {
    try {
      const configuration = await loadConfiguration(installation);
      const serves = socketsFor(socketsOn(configuration.servers, port), host).length > 0;
      if (serves) return { configuration, serves };
      first ??= configuration;
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined || first === undefined) throw failure;
  return { configuration: first, serves: false };
}

/** Whether an nginx holds a port of this host, as far as that can be seen. */
export function nginxListens(port: number): boolean {
  return listeningNginx(port).length > 0;
}

/** Masters that hold the port; else those that cannot be looked at, while somebody holds it. */
function listeningNginx(port: number): RunningNginx[] {
  const sockets = listeningSockets(port);
  if (sockets.size === 0) return [];
  const masters = runningNginx();
  const holding = masters.filter((one) => holdsSocket(one, sockets) === true);
  return holding.length > 0
    ? holding
    : masters.filter((one) => holdsSocket(one, sockets) === undefined);
}

function requireInstallation(running: RunningNginx): Installation {
  const installation = installationOf(running);
  if (installation !== undefined) return installation;
  throw new NoAnswer(
    "no-server",
    `the nginx that listens there (process ${running.pid}) sees other files than this host: it runs in a container`,
    "Add --adapter container, and the folder of this host that is mounted into it is found.",
  );
}

function warnOfHidden(port: number, trace: Trace): void {
  noteWarning(trace, {
    code: "process-hidden",
    message:
      `The nginx that runs here belongs to another user, so it cannot be told whether it is the one on port ${port}, nor whether it runs in a container`,
    hint: "Run as root, or give --nginx-conf FILE.",
  });
}

/** Another program on the port means that no configuration of nginx can be the answer. */
function refuseOthers(port: number): void {
  const sockets = listeningSockets(port);
  if (sockets.size === 0) return;
  const holder = processes().find((one) => holdsSocket(one, sockets) === true);
  if (holder === undefined) return;
  throw new NoAnswer(
    "no-server",
    `${
      JSON.stringify(programName(holder))
    } (process ${holder.pid}) listens on port ${port}, not nginx`,
    "If a container publishes that port, add --adapter container. Else give the folder that is served with --root DIR, or the configuration of the nginx behind it with --nginx-conf FILE.",
  );
}

function nothingServes(port: number, usual: readonly Installation[]): NoAnswer {
  const paths = usual.map(({ confPath }) => JSON.stringify(confPath)).join(", ");
  return new NoAnswer(
    "no-server",
    `no nginx listens on port ${port} of this host, and no server in ${paths} does`,
    "Check the port. Give the configuration with --nginx-conf FILE, or the folder with --root DIR.",
  );
}

function nothingFound(port: number): NoAnswer {
  return new NoAnswer(
    "no-server",
    `no nginx listens on port ${port} of this host, and no configuration is at a usual place such as /etc/nginx/nginx.conf`,
    "Give the configuration with --nginx-conf FILE, or the folder with --root DIR.",
  );
}

/**
 * The installation that a file belongs to: that of a running nginx that reads it, else as its place
 * suggests. The file may also be what `nginx -T` printed, on this host or in a container.
 *
 * @throws {BinimportError} code `nginx-conf` when it cannot be read
 */
async function givenInstallation(file: string): Promise<Installation> {
  const path = resolve(file);
  const dump = parseDump(await read(path));
  if (dump !== undefined) {
    const { build, ...printed } = dump;
    const usual = installationFor(dump.confPath, installedBuilds());
    const known = build === undefined
      ? { prefixAssumed: true }
      : { prefix: build.prefix, prefixAssumed: false };
    return { ...usual, ...printed, ...known };
  }
  const running = runningNginx().map(installationOf)
    .find((one) => one !== undefined && isSame(one.confPath, path));
  return running === undefined
    ? installationFor(path, installedBuilds())
    : { ...running, confPath: path };
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await hostView.read(path);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new BinimportError(
      "nginx-conf",
      `Cannot read ${JSON.stringify(path)} of --nginx-conf: ${error.message}`,
      { hint: error.hint },
    );
  }
}

function isSame(one: string, other: string): boolean {
  if (one === other) return true;
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
