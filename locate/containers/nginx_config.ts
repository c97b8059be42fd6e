/** The configuration of an nginx in a container: as nginx prints it there, else as its files have it. */
import { BinimportError } from "../../core/util/errors.ts";
import type { FileView } from "../file_view.ts";
import { isRootInside, procLink } from "../proc.ts";
import { NoAnswer, noteStep, type Trace } from "../result.ts";
import {
  type Build,
  buildIn,
  type Configuration,
  loadConfiguration,
  parseDump,
  pathsOf,
  startedBy,
  type StartOptions,
} from "../servers/nginx/mod.ts";
import { type Container, containerText } from "./container.ts";
import { type Inside, layered } from "./files.ts";
import { nginxIn } from "./processes.ts";
import { cannot, saidIn, serverRefusal } from "./refusal.ts";

/** Where images keep it, the most usual first. */
const USUAL = [
  "/etc/nginx/nginx.conf",
  "/usr/local/openresty/nginx/conf/nginx.conf",
  "/opt/bitnami/nginx/conf/nginx.conf",
  "/usr/local/nginx/conf/nginx.conf",
];

const UNKNOWN: Build = { prefix: "/usr/local/nginx", confPath: USUAL[0] ?? "" };

/** The configuration; throws {@linkcode NoAnswer} when there is none. */
export async function configurationIn(
  container: Container,
  { view, how }: Inside,
  trace: Trace,
): Promise<Configuration> {
  const running = nginxIn(container);
  const options = running?.options ?? startedBy(container.argv) ?? { program: "nginx" };
  const load = (build: Build | undefined, confPath: string, view: FileView) =>
    loadConfiguration({
      prefix: pathsOf(options, build ?? UNKNOWN, "/").prefix,
      prefixAssumed: build === undefined && options.prefix === undefined,
      ownUser: running !== undefined && !isRootInside(running),
      confPath,
      view,
    });
  let failure: unknown;
  try {
    const printed = await print(container, options, running && procLink(running.pid, "exe"));
    const { confPath } = printed.dump;
    const loaded = await load(printed.build, confPath, layered(printed.dump.view, view));
    noteStep(trace, `configuration ${confPath}, as nginx -T prints it in the container`);
    return loaded;
  } catch (error) {
    failure = error; // a client may have mixed something into it: its files themselves have not
  }
  const usual = new Set([pathsOf(options, UNKNOWN, "/").confPath, ...USUAL]);
  for (const confPath of usual) {
    if (await view.kind(confPath) !== "file") continue;
    noteStep(trace, `configuration ${confPath} in the container, ${how}`);
    return await load(undefined, confPath, view);
  }
  throw failure;
}

/** What nginx prints: by `-V` what it was built with, by `-T` the configuration. */
async function print(container: Container, start: StartOptions, running: string | undefined) {
  const { program, prefix, confPath } = start;
  const places = [...prefix ? ["-p", prefix] : [], ...confPath ? ["-c", confPath] : []];
  const paths = [running?.replace(/ \(deleted\)$/, "") ?? "", program, "/usr/sbin/nginx"]
    .filter((one) => one.startsWith("/"));
  const where = containerText(container);
  let reason: string | undefined;
  for (const one of new Set(paths.toSpliced(1, 0, "nginx"))) {
    const { status, stdout, stderr, failure } = await container.exec([one, "-V", "-T", ...places]);
    const refusal = failure?.code === "forbidden" ? failure : serverRefusal(stderr);
    const what = `read the configuration in ${where}`;
    if (refusal) throw cannot(refusal.code, `${what}: ${refusal.message}`, refusal.hint);
    // Not every client keeps both outputs apart.
    const said = `${new TextDecoder().decode(stdout)}\n${stderr}`;
    try {
      const dump = status === 0 ? parseDump(stdout) : undefined;
      if (dump !== undefined) return { dump, build: buildIn(said) };
    } catch (error) {
      if (!(error instanceof BinimportError)) throw error; // it is cut off
    }
    // Behind it stands only that the test failed.
    const fault = said.split("\n").find((line) => line.includes("[emerg]"));
    reason ??= saidIn(fault ?? said);
    if (status === undefined) break; // it hangs: it would again
  }
  const state = `no configuration of nginx can be read in ${where}; nginx -T there: ${reason}`;
  const hint =
    "If another server runs in it, give the folder of this host that is mounted into it as --root DIR.";
  throw new NoAnswer("no-server", state, hint);
}
