/** Where the configuration comes from: a file given, the nginx that listens there, usual places. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { readNamed } from "../../../core/util/bounded_read.ts";
import { BinimportError } from "../../../core/util/errors.ts";
import { tried } from "../../../core/util/tried.ts";
import { hostView, MAX_FILE, Unreadable } from "../../file_view.ts";
import { holdsSocket, listeningSockets, processes, programName } from "../../proc.ts";
import { NoAnswer, noteStep, noteWarning, type Trace, type WebAddress } from "../../result.ts";
import { type Configuration, type Installation, loadConfiguration } from "./installation.ts";
import { socketsFor } from "./listen.ts";
import { parseDump } from "./dump.ts";
import {
  installationFor,
  installationOf,
  installedBuilds,
  type RunningNginx,
  runningNginx,
  usualInstallations,
} from "./processes.ts";

const GIVE = "Give the configuration with --nginx-conf FILE, or the folder with --root DIR.";

/** Throws {@linkcode NoAnswer} when there is none, code `nginx-conf` when it cannot be read. */
export async function findConfiguration(
  address: WebAddress,
  nginxConf: string | undefined,
  trace: Trace,
): Promise<Configuration> {
  const { port } = address;
  if (nginxConf !== undefined) {
    const given = await givenInstallation(nginxConf === "-" ? "/dev/stdin" : resolve(nginxConf));
    noteStep(trace, `configuration ${given.confPath}, as given`);
    return await loadConfiguration(given);
  }
  const listening = listeningNginx(port);
  if (listening.length === 0) return await usualConfiguration(address, trace);
  const installations = listening.map((running) => {
    const installation = installationOf(running);
    if (installation !== undefined) return installation;
    const state =
      `the nginx that listens there (process ${running.pid}) sees other files than this host: it runs in a container`;
    const hint =
      "Add --adapter container, and the folder of this host that is mounted into it is found.";
    throw new NoAnswer("no-server", state, hint);
  });
  const { configuration } = await thatServes(installations, address);
  if (configuration.uncertain) {
    const message =
      `The nginx that runs here belongs to another user, so it cannot be told whether it is the one on port ${port}, nor whether it runs in a container`;
    const hint = "Run as root, or give --nginx-conf FILE.";
    noteWarning(trace, { code: "process-hidden", message, hint });
  }
  const { confPath } = configuration;
  noteStep(trace, `configuration ${confPath}, of the nginx that listens on port ${port}`);
  return configuration;
}

async function usualConfiguration(address: WebAddress, trace: Trace): Promise<Configuration> {
  const { port } = address;
  refuseOthers(port);
  const usual = usualInstallations();
  const nobody = `no nginx listens on port ${port} of this host, and no`;
  if (usual.length === 0) {
    const state = `${nobody} configuration is at a usual place such as /etc/nginx/nginx.conf`;
    throw new NoAnswer("no-server", state, GIVE);
  }
  const { configuration, serves } = await thatServes(usual, address);
  if (!serves) {
    const paths = usual.map(({ confPath }) => JSON.stringify(confPath)).join(", ");
    throw new NoAnswer("no-server", `${nobody} server in ${paths} does`, `Check the port. ${GIVE}`);
  }
  noteStep(trace, `configuration ${configuration.confPath}; no nginx listens on port ${port} now`);
  return configuration;
}

/** The first that has a server for the address; else the first. */
async function thatServes(installations: readonly Installation[], { port, host }: WebAddress) {
  let first: Configuration | undefined;
  let failure: unknown;
  for (const installation of installations) {
    try {
      const configuration = await loadConfiguration(installation);
      const serves = socketsFor(configuration.socketsOn(port), host).length > 0;
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
  const masters = Map.groupBy(runningNginx(), (one) => holdsSocket(one, sockets));
  return masters.get(true) ?? masters.get(undefined) ?? [];
}

/** Another program on the port means that no configuration of nginx can be the answer. */
function refuseOthers(port: number): void {
  const sockets = listeningSockets(port);
  if (sockets.size === 0) return;
  const holder = processes().find((one) => holdsSocket(one, sockets) === true);
  if (holder === undefined) return;
  const name = JSON.stringify(programName(holder));
  const state = `${name} (process ${holder.pid}) listens on port ${port}, not nginx`;
  const hint =
    "If a container publishes that port, add --adapter container. Else give the folder that is served with --root DIR, or the configuration of the nginx behind it with --nginx-conf FILE.";
  throw new NoAnswer("no-server", state, hint);
}

/** That of a running nginx that reads the file, else as its place suggests; or of a printed one. */
async function givenInstallation(path: string): Promise<Installation> {
  const bytes = await readGiven(path).catch((error) => {
    if (!(error instanceof Unreadable)) throw error;
    const message = `Cannot read ${JSON.stringify(path)} of --nginx-conf: ${error.message}`;
    throw new BinimportError("nginx-conf", message, { hint: error.hint });
  });
  const dump = parseDump(bytes);
  if (dump !== undefined) {
    const { build, confPath, view } = dump;
    const usual = installationFor(confPath, build === undefined ? installedBuilds() : []);
    return { ...usual, ...build, confPath, view, prefixAssumed: build === undefined };
  }
  const real = (one: string) => tried(() => realpathSync(one)) ?? one;
  const running = runningNginx().map(installationOf)
    .find((one) => one !== undefined && real(one.confPath) === real(path));
  const installation = running ?? installationFor(path, installedBuilds());
  return { ...installation, confPath: path, view: { ...installation.view, read: readGiven } };
}

/** What the shell hands over: standard input, and `<(…)`. */
const HANDED_OVER = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/self\/fd\/\d+)$/;

/** What came through each of those. */
const received = new Map<string, Promise<Uint8Array>>();

/** A file of this host. What is handed over comes once, and a report or the doctor asks again. */
function readGiven(path: string): Promise<Uint8Array> {
  if (!HANDED_OVER.test(path)) return hostView.read(path);
  return received.getOrInsertComputed(path, () => readNamed(path, { limit: MAX_FILE }));
}
