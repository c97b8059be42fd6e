/** Finds the server behind a port, when it is none of nginx. */
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

const KINDS: readonly ServerKind[] = [apache, lighttpd, caddy];

export const OTHER_SERVERS: readonly string[] = KINDS.map(({ name }) => name);

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
  return KINDS.find(({ programs }) =>
    programs.includes(name) && programs.includes(programName(one))
  );
}

function inContainer({ name }: ServerKind, { pid }: Process): NoAnswer {
  return new NoAnswer(
    "no-server",
    `the ${name} that listens there (process ${pid}) sees other files than this host: it runs in a container`,
    "Give the folder of this host that is mounted into the container as --root DIR.",
  );
}

/** In bytes. Caddy, the largest, has 50 MB. */
const MAX_PROGRAM = 256 * 1024 * 1024;

function runningOf(one: Process): Running {
  const { pid, argv } = one;
  const environment = environmentOf(one);
  return {
    pid,
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
