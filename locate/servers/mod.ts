/** Web servers besides nginx: which are known, and which one listens on a port. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { toBytes } from "../bytes.ts";
import { viewOf } from "../file_view.ts";
import {
  hasOurRoot,
  holdsSocket,
  listeningSockets,
  type Process,
  processes,
  procLink,
  procText,
  programBytes,
  programName,
} from "../proc.ts";
import { NoAnswer } from "../result.ts";
import type { Running, ServerKind } from "./server.ts";

/** The one list of web servers besides nginx: help, `doctor` and messages go by it. */
export const SERVERS: ServerKind[] = [
  {
    name: "Apache httpd",
    programs: ["apache2", "httpd"],
    usual: ["/etc/apache2/apache2.conf", "/etc/httpd/conf/httpd.conf"],
    open: async (running) => (await import("./apache/mod.ts")).openApache(running),
  },
  {
    name: "lighttpd",
    programs: ["lighttpd"],
    usual: ["/etc/lighttpd/lighttpd.conf"],
    open: async (running) => (await import("./lighttpd/mod.ts")).openLighttpd(running),
  },
  {
    name: "Caddy",
    programs: ["caddy"],
    usual: ["/etc/caddy/Caddyfile"],
    open: async (running) => (await import("./caddy/mod.ts")).openCaddy(running),
  },
];

/** `Apache httpd, lighttpd or Caddy`. */
export function serverNames(): string {
  return SERVERS.map(({ name }) => name).join(", ").replace(/, (?=[^,]*$)/, " or ");
}

/** What to do about those that are installed here, and do not run; nothing where none is. */
export function hintOfIdle(): string {
  const running = processes().map(kindOf);
  const idle = SERVERS.filter((kind) => !running.includes(kind)).flatMap(({ name, usual }) => {
    const path = usual.find((one) => existsSync(one));
    return path === undefined ? [] : `${name} (${path})`;
  });
  return idle.length > 0 ? `Installed here, and read only while it runs: ${idle.join(", ")}.` : "";
}

/**
 * The server that holds a port, if it is of a kind that is known here. Throws {@linkcode NoAnswer}
 * for one in a container.
 */
export function otherServerOn(port: number): { kind: ServerKind; running: Running } | undefined {
  const sockets = listeningSockets(port);
  const one = sockets.size === 0 ? undefined : processes()
    .find((each) => kindOf(each) !== undefined && holdsSocket(each, sockets) === true);
  const kind = one && kindOf(one);
  if (one === undefined || kind === undefined) return undefined;
  const { pid, argv } = one;
  if (hasOurRoot(one) === false) {
    const state = `the ${kind.name} that listens there (process ${pid}) runs in a container`;
    const hint = "Give the folder of this host that is mounted into the container as --root DIR.";
    throw new NoAnswer("no-server", state, hint);
  }
  const pairs = (procText(pid, "environ") ?? "").matchAll(/([^=\0]+)=([^\0]*)/g);
  const environment = new Map(pairs.map(([, name, value = ""]) => [name, toBytes(value)]));
  const running: Running = {
    argv,
    folder: procLink(pid, "cwd") ?? "/",
    view: viewOf(pid),
    env: (name) => environment.get(name),
    program: () => programBytes(`/proc/${pid}/exe`),
  };
  return { kind, running };
}

/** By the name of the program that runs, and the one that was called. */
function kindOf(one: Process): ServerKind | undefined {
  const name = basename(one.argv[0] ?? "");
  return SERVERS.find(({ programs }) =>
    programs.includes(name) && programs.includes(programName(one))
  );
}
