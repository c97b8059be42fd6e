/** Web servers besides nginx: which are known, and which one listens on a port. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { readForeign } from "../../core/util/foreign_file.ts";
import { hostView } from "../file_view.ts";
import {
  environmentOf,
  holdsSocket,
  listeningSockets,
  type Process,
  processes,
  programName,
  seesOurFiles,
  workingFolder,
} from "../proc.ts";
import { NoAnswer } from "../result.ts";
import { apache } from "./apache/mod.ts";
import { caddy } from "./caddy/mod.ts";
import { lighttpd } from "./lighttpd/mod.ts";
import type { Running, ServerKind } from "./server.ts";

/**
 * The web servers besides nginx that are known, in the one place that names them: help, `doctor` and
 * messages go by this list.
 */
export const SERVERS: ServerKind[] = [apache, lighttpd, caddy];

/** `Apache httpd, lighttpd or Caddy`. */
export function serverNames(): string {
  return SERVERS.map(({ name }) => name).join(", ").replace(/, (?=[^,]*$)/, " or ");
}

/** What to do about those that are installed here, and do not run; nothing where none is. */
export function hintOfIdle(): string {
  const running = processes();
  const idle = SERVERS.filter((kind) => !running.some((one) => kindOf(one) === kind))
    .flatMap(({ name, usual }) => {
      const path = usual.find((one) => existsSync(one));
      return path === undefined ? [] : `${name} (${path})`;
    });
  return idle.length === 0
    ? ""
    : `Installed here, and read only while it runs: ${idle.join(", ")}.`;
}

/** A server of another kind that listens on a port. */
export interface OtherServer {
  readonly kind: ServerKind;
  readonly running: Running;
}

/**
 * The server that holds a port, if it is of a kind that is known here. Throws {@linkcode NoAnswer}
 * for one in a container.
 */
export function otherServerOn(port: number): OtherServer | undefined {
  const sockets = listeningSockets(port);
  if (sockets.size === 0) return undefined;
  for (const one of processes()) {
    const kind = kindOf(one);
    if (kind === undefined || holdsSocket(one, sockets) !== true) continue;
    if (seesOurFiles(one) === false) throw inContainer(kind, one);
    return { kind, running: runningOf(one) };
  }
  return undefined;
}

/** By the name of the program that runs, and the one that was called. */
function kindOf(one: Process): ServerKind | undefined {
  const [called = ""] = one.argv;
  const name = basename(called);
  return SERVERS.find(({ programs }) =>
    programs.includes(name) && programs.includes(programName(one))
  );
}

function inContainer({ name }: ServerKind, { pid }: Process): NoAnswer {
  const state = `the ${name} that listens there (process ${pid}) sees other files than this host`;
  const hint = "Give the folder of this host that is mounted into the container as --root DIR.";
  return new NoAnswer("no-server", `${state}: it runs in a container`, hint);
}

/** In bytes. Caddy, the largest, has 50 MB. */
const MAX_PROGRAM = 256 * 1024 * 1024;

function runningOf(one: Process): Running {
  const { pid, argv } = one;
  const environment = environmentOf(one);
  return {
    argv,
    folder: workingFolder(one) ?? "/",
    view: hostView,
    env: (name) => environment.get(name),
    program() {
      try {
        return readForeign(`/proc/${pid}/exe`, MAX_PROGRAM);
      } catch {
        return new Uint8Array();
      }
    },
  };
}
