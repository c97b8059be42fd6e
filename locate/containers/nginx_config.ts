/**
 * The configuration of the nginx in a container: as nginx itself prints it there, else as its files
 * have it.
 */
import { BinimportError } from "../../core/util/errors.ts";
import { Unreadable } from "../file_view.ts";
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
import { type Container, containerText } from "./container.ts";
import { type FileWay, type Inside, layered } from "./files.ts";
import { nginxIn } from "./processes.ts";
import { cannot, missingRight, saidIn, type ToolFailure } from "./refusal.ts";

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
export async function configurationIn(inside: Inside, trace: Trace): Promise<Configuration> {
  const { container, view, ways } = inside;
  const running = nginxIn(container);
  const options = running?.options ?? optionsIn(container.argv) ?? { program: "nginx" };
  const load = (
    paths: Omit<Installation, "prefixAssumed" | "ownUser">,
    prefixAssumed: boolean,
  ) => {
    const ownUser = running !== undefined && !isRootInside(running);
    return loadConfiguration({ ...paths, prefixAssumed, ownUser });
  };
  const printed = await print(container, options, running && programPath(running));
  let unread: unknown;
  if ("dump" in printed) {
    const { dump: { confPath, view: dumped }, build } = printed;
    const { prefix } = pathsOf(options, build ?? UNKNOWN, "/");
    const isAssumed = build === undefined && options.prefix === undefined;
    try {
      const loaded = await load(
        { prefix, confPath, view: layered([dumped, view]) },
        isAssumed,
      );
      noteStep(trace, `configuration ${confPath}, as nginx -T prints it in the container`);
      return loaded;
    } catch (error) {
      unread = error; // a client may have mixed something into it: its files themselves have not
    }
  }
  const { prefix, confPath: usual } = pathsOf(options, UNKNOWN, "/");
  const found = await firstReadable([usual, ...USUAL], ways);
  if (found === undefined) throw unread ?? noNginx(container, printed);
  const { confPath, way } = found;
  noteStep(trace, `configuration ${confPath} in the container, ${way.how}`);
  const { read } = layered([way.view, view]);
  return await load({ prefix, confPath, view: { ...view, read } }, true);
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

/** `-V` with `-T` prints what it was built with, and then the configuration. */
async function print(
  { exec }: Container,
  { program, prefix, confPath }: StartOptions,
  own: string | undefined,
): Promise<Printed> {
  if (exec === undefined) return { reason: "nothing can be run in it" };
  const options = [
    "-V",
    "-T",
    ...(prefix === undefined ? [] : ["-p", prefix]),
    ...(confPath === undefined ? [] : ["-c", confPath]),
  ];
  const [first, ...others] = [own?.replace(/ \(deleted\)$/, ""), program, "/usr/sbin/nginx"]
    .filter((one) => one?.startsWith("/"));
  let reason: string | undefined;
  for (const one of new Set([first, "nginx", ...others])) {
    const { status, stdout, stderr } = await exec([one ?? "", ...options]);
    const refusal = missingRight(stderr);
    if (refusal !== undefined) return { reason: refusal.message, refusal };
    // Not every client keeps both outputs apart.
    const said = `${new TextDecoder().decode(stdout)}\n${stderr}`;
    const dump = status === 0 ? wholeDump(stdout) : undefined;
    if (dump !== undefined) return { dump, build: buildIn(said) };
    // Behind it stands only that the test failed.
    const fault = said.split("\n").find((line) => line.includes("[emerg]"));
    reason ??= saidIn(fault ?? said);
    if (status === undefined) break; // it hangs: it would again
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
  ways: readonly FileWay[],
): Promise<{ readonly confPath: string; readonly way: FileWay } | undefined> {
  for (const way of ways) {
    for (const confPath of new Set(paths)) {
      try {
        await way.view.read(confPath);
        return { confPath, way };
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
      }
    }
  }
  return undefined;
}

function noNginx(container: Container, printed: Printed): NoAnswer | BinimportError {
  const { reason = "", refusal } = "dump" in printed ? {} : printed;
  const where = containerText(container);
  if (refusal !== undefined) {
    const { code, message, hint } = refusal;
    return cannot(code, `read the configuration in ${where}: ${message}`, hint);
  }
  return new NoAnswer(
    "no-server",
    `no configuration of nginx can be read in ${where}; nginx -T there: ${reason}`,
    "If another server runs in it, give the folder of this host that is mounted into it as --root DIR.",
  );
}
