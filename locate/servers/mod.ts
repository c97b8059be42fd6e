/** Web servers besides nginx: which are known, and which one listens on a port. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { readForeign } from "../../core/util/foreign_file.ts";
import { hostView } from "../file_view.ts";
import {
  attempt,
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
  const running = processes().map(kindOf);
  const idle = SERVERS.filter((kind) => !running.includes(kind)).flatMap(({ name, usual }) => {
    const path = usual.find((one) => existsSync(one));
    return path === undefined ? [] : `${name} (${path})`;
  });
  return idle.length === 0
    ? ""
    : `Installed here, and read only while it runs: ${idle.join(", ")}.`;
}

/** In bytes. Caddy, the largest, has 50 MB. */
const MAX_PROGRAM = 256 * 1024 * 1024;

/**
 * The server that holds a port, if it is of a kind that is known here. Throws {@linkcode NoAnswer}
 * for one in a container.
 */
export function otherServerOn(
  port: number,
): { readonly kind: ServerKind; readonly running: Running } | undefined {
  const sockets = listeningSockets(port);
  const one = sockets.size === 0 ? undefined : processes()
    .find((each) => kindOf(each) !== undefined && holdsSocket(each, sockets) === true);
  const kind = one && kindOf(one);
  if (one === undefined || kind === undefined) return undefined;
  const { pid, argv } = one;
  if (seesOurFiles(one) === false) {
    throw new NoAnswer(
      "no-server",
      `the ${kind.name} that listens there (process ${pid}) runs in a container`,
      "Give the folder of this host that is mounted into the container as --root DIR.",
    );
  }
  const environment = environmentOf(one);
  const running: Running = {
    argv,
    folder: workingFolder(one) ?? "/",
    view: hostView,
    env: (name) => environment.get(name),
    program: () => attempt(() => readForeign(`/proc/${pid}/exe`, MAX_PROGRAM)) ?? new Uint8Array(),
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
