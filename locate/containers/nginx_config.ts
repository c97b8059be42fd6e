/**
 * The configuration of the nginx in a container, read through its runtime: as nginx itself prints it
 * there, else as the runtime copies its files out, else over /proc.
 */
import { BinimportError } from "../../core/util/errors.ts";
import { type FileView, Unreadable } from "../file_view.ts";
import { isRootInside, programPath } from "../proc.ts";
import { NoAnswer, noteStep, type Trace } from "../result.ts";
import {
  type Build,
  buildIn,
  type Configuration,
  type Dump,
  type Installation,
  loadConfiguration,
  optionsIn,
  parseDump,
  pathsOf,
  type StartOptions,
} from "../servers/nginx/mod.ts";
import { missingRight, saidIn, type Tool, type ToolFailure } from "./client.ts";
import { copiedFiles, execFiles, layered, procFiles, runInside } from "./files.ts";
import { nginxIn } from "./processes.ts";
import { type Container, containerText } from "./runtime.ts";

/** A container that can be asked. */
export interface Reachable {
  readonly container: Container;
  readonly tool: Tool;
  /** Its first process on this host, where it is known. */
  readonly pid: number | undefined;
}

/** Where images keep it, the most usual first. */
const USUAL = [
  "/etc/nginx/nginx.conf",
  "/usr/local/openresty/nginx/conf/nginx.conf",
  "/opt/bitnami/nginx/conf/nginx.conf",
  "/usr/local/nginx/conf/nginx.conf",
];

/** What nginx is built with when nothing is known. */
const UNKNOWN: Build = { prefix: "/usr/local/nginx", confPath: USUAL[0] ?? "" };

/** The configuration; throws {@linkcode NoAnswer} when there is none. */
export async function configurationIn(at: Reachable, trace: Trace): Promise<Configuration> {
  const { container, pid } = at;
  const files = filesOf(at);
  const running = pid === undefined ? undefined : nginxIn(pid);
  const options = running?.options ?? optionsIn(container.argv) ?? { program: "nginx" };
  const own = running === undefined ? undefined : programPath(running);
  const ownUser = running !== undefined && !isRootInside(running);
  const printed = await print(at, options, own);
  let unread: unknown;
  if ("dump" in printed) {
    const { dump, build } = printed;
    const view = layered([dump.view, containerView(at)]);
    const paths = { ...pathsOf(options, build ?? UNKNOWN, "/"), confPath: dump.confPath };
    const assumed = build === undefined && options.prefix === undefined;
    try {
      const loaded = await loadConfiguration(installation(paths, view, { ownUser, assumed }));
      noteStep(trace, `configuration ${dump.confPath}, as nginx -T prints it in the container`);
      return loaded;
    } catch (error) {
      unread = error; // a client may have mixed something into it: its files themselves have not
    }
  }
  const paths = pathsOf(options, UNKNOWN, "/");
  const found = await firstReadable([paths.confPath, ...USUAL], files);
  if (found === undefined) throw unread ?? noNginx(container, printed);
  noteStep(trace, `configuration ${found.confPath} in the container, ${found.how}`);
  const known = containerView(at);
  const view = { ...known, read: layered([found.view, known]).read };
  return await loadConfiguration(
    installation({ ...paths, confPath: found.confPath }, view, { ownUser, assumed: true }),
  );
}

/** The container's files, by each way that there is. */
interface Files {
  readonly view: FileView;
  /** How they are read, for a step. */
  readonly how: string;
}

function filesOf({ container, tool, pid }: Reachable): Files[] {
  const { commands: { copy }, runtime } = container;
  const proc = pid === undefined ? undefined : procFiles(pid);
  return [
    copy === undefined
      ? { view: execFiles(container.commands, tool), how: `read by ${runtime} exec` }
      : { view: copiedFiles(copy, tool), how: `copied out by ${runtime} cp` },
    ...(proc === undefined ? [] : [{ view: proc, how: "read over /proc" }]),
  ];
}

/**
 * The container's view of links and folders. Where /proc may be looked into it is asked first: that
 * costs no child.
 */
export function containerView(at: Reachable): FileView {
  return layered(filesOf(at).map(({ view }) => view).reverse());
}

function installation(
  paths: Pick<Installation, "prefix" | "confPath">,
  view: FileView,
  { ownUser, assumed }: { readonly ownUser: boolean; readonly assumed: boolean },
): Installation {
  return {
    ...paths,
    view,
    ...(assumed ? { prefixAssumed: true } : {}),
    ...(ownUser ? { ownUser } : {}),
  };
}

/** What nginx printed, or why it did not. */
type Printed =
  | { readonly dump: Dump; readonly build: Build | undefined }
  | Unprinted;

interface Unprinted {
  readonly reason: string;
  /** What the client may not do. */
  readonly refusal?: ToolFailure;
}

/** `-V` with `-T` prints what it was built with on standard error, and then the configuration. */
async function print(
  { container: { commands }, tool }: Reachable,
  { program, prefix, confPath }: StartOptions,
  own: string | undefined,
): Promise<Printed> {
  const options = [
    "-V",
    "-T",
    ...(prefix === undefined ? [] : ["-p", prefix]),
    ...(confPath === undefined ? [] : ["-c", confPath]),
  ];
  const absolute = [own?.replace(/ \(deleted\)$/, ""), program, "/usr/sbin/nginx"]
    .filter((one) => one?.startsWith("/") ?? false);
  let reason: string | undefined;
  for (const one of new Set([...absolute.slice(0, 1), "nginx", ...absolute.slice(1)])) {
    const ended = await runInside(commands, tool, [one ?? "", ...options]);
    const refusal = missingRight(ended.stderr);
    if (refusal !== undefined) return { reason: refusal.message, refusal };
    const dump = ended.status === 0 ? wholeDump(ended.stdout) : undefined;
    if (dump !== undefined) return { dump, build: buildIn(ended.stderr) };
    // Behind it stands only that the test failed.
    const fault = ended.stderr.split("\n").find((line) => line.includes("[emerg]"));
    reason ??= saidIn(fault ?? ended.stderr);
    if (ended.status === undefined) break; // it hangs: it would again
  }
  return { reason: reason ?? "it printed nothing" };
}

/** One that is cut off is none: the files themselves are read then. */
function wholeDump(bytes: Uint8Array): Dump | undefined {
  try {
    return parseDump(bytes);
  } catch (error) {
    if (error instanceof BinimportError) return undefined;
    throw error;
  }
}

async function firstReadable(
  paths: readonly string[],
  files: readonly Files[],
): Promise<{ readonly confPath: string } & Files | undefined> {
  for (const one of files) {
    for (const confPath of new Set(paths)) {
      try {
        await one.view.read(confPath);
        return { confPath, ...one };
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
      }
    }
  }
  return undefined;
}

function noNginx(
  container: Container,
  printed: Printed,
): NoAnswer | BinimportError {
  const { reason = "", refusal } = "dump" in printed ? {} : printed;
  if (refusal !== undefined) {
    const what = `read the configuration in ${containerText(container)}`;
    const { code, message, hint } = refusal;
    return new BinimportError(code, `Cannot ${what}: ${message}`, { hint });
  }
  return new NoAnswer(
    "no-server",
    `no configuration of nginx can be read in ${
      containerText(container)
    }; nginx -T there: ${reason}`,
    "If another server runs in it, give the folder of this host that is mounted into it as --root DIR.",
  );
}
