/** What stands in the way, and what clients of runtimes say where they give no answer. */
import { BinimportError, type ErrorCode } from "../../core/util/errors.ts";
import { parseJson } from "../../core/util/json.ts";

/** The error `Cannot …`, with what to do about it. */
export function cannot(code: ErrorCode, what: string, hint = ""): BinimportError {
  return new BinimportError(code, `Cannot ${what}`, { hint });
}

/** A runtime gives no answer. The message is the state, to stand behind `Cannot ask docker: `. */
export class ToolFailure extends BinimportError {}

/** What clients say of containers that are gone and of the API server, and no program in one. */
const SERVER_REFUSALS: readonly [words: RegExp, code: ErrorCode, hint: string][] = [
  [
    /logged in to the server|provide credentials/i,
    "forbidden",
    "Use a kubeconfig that is valid; kubeadm certs check-expiration shows until when.",
  ],
  [
    /x509: /,
    "unavailable",
    "Check this host's clock and the certificates: kubeadm certs check-expiration.",
  ],
  [
    /connect(?:ion)? to the server/,
    "unavailable",
    "Check that the API server runs and answers: try it by hand.",
  ],
  [
    /no such container|no container with|state improper|CONTAINER_EXITED|no running task|^.*container .*(?: is not running|: not found)$|\(NotFound\)/im,
    "unavailable",
    "It has ended, or was removed meanwhile: try again.",
  ],
];

const PERMISSION =
  /permission denied|forbidden|unauthorized|must be (?:run as )?root|requires? root/i;

/** Where what was given is the beginning of several ids. */
const SEVERAL = /multiple IDs found|more than one result/i;

/** The failure of a program that ended with an exit status, told by its own words. */
export function refusalOf(stderr: string, status?: number): ToolFailure {
  const state = saidIn(stderr) || `it ended with status ${status}`;
  const errors = errorLines(stderr).join("\n");
  const [code, hint] = PERMISSION.test(errors)
    ? ["forbidden", "Run as root, or as a user who may use it."] as const
    : SEVERAL.test(errors)
    ? ["target", "Give more of its id."] as const
    : ["unavailable", "Check that it runs here and answers: try it by hand."] as const;
  return serverRefusal(stderr) ?? new ToolFailure(code, state, { hint });
}

/** That of Kubernetes' API server, in its own words: the user, the verb and the resource. */
export function serverRefusal(stderr: string): ToolFailure | undefined {
  const [, verb, resource, rest = ""] =
    /User "[^"]*" cannot (\w+) resource "([^"]+)"([^\n]*)/.exec(stderr) ?? [];
  if (resource === undefined) {
    const [, code, hint] = SERVER_REFUSALS.find(([words]) => words.test(stderr)) ?? [];
    return code && hint ? new ToolFailure(code, saidIn(stderr), { hint }) : undefined;
  }
  const kind = /at the cluster scope/.test(rest) ? "clusterrole" : "role";
  const role = `kubectl create ${kind} NAME --verb=${verb} --resource=${resource}`;
  const hint =
    `Bind a role that allows it (${role}), or ask the runtime of the node: --runtime crictl.`;
  return new ToolFailure("forbidden", saidIn(stderr), { hint });
}

const SAID_LIMIT = 200;

/** Lines that are no warnings; all where there is nothing else. */
function errorLines(stderr: string) {
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const errors = lines.filter((line) => !/level=(?:warning|info|debug)|^(?:WARN|INFO)/.test(line));
  return errors.length > 0 ? errors : lines;
}

/** The last line that is no warning, fit to print. */
export function saidIn(stderr: string): string {
  const last = errorLines(stderr).at(-1) ?? "";
  // Off a terminal logrus has it as time="…" level=fatal msg="…".
  const [, message] = /\blevel=\w+ msg=("(?:[^"\\]|\\.)*")/.exec(last) ?? [];
  const plain = message === undefined ? last : String(parseJson(message) ?? last);
  const text = plain.replace(/\p{C}+/gu, " ").replace(/^ctr: /, ""); // it stands behind its name
  if (text.length <= SAID_LIMIT) return text;
  // The reason stands at the end: gRPC puts it behind whatever was tried.
  const begin = text.slice(0, SAID_LIMIT / 3);
  return `${begin}…${text.slice(begin.length + 1 - SAID_LIMIT)}`;
}
