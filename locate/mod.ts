/** From a URL to the path on this host, by configurations alone: no request, no look-up of names. */
import { type Elsewhere, type Resolve, type Resolved, resolveFolder } from "./base_url.ts";
import { toBytes, toText } from "./bytes.ts";
import {
  isBase,
  newTrace,
  NoAnswer,
  noteStep,
  type Trace,
  userError,
  type WebAddress,
} from "./result.ts";
import { hintOfIdle, otherServerOn } from "./servers/mod.ts";
import {
  type Configuration,
  findConfiguration,
  nginxListens,
  resolve,
} from "./servers/nginx/mod.ts";
import { checkAddress, checkPath, plainPath, userOf } from "./warnings.ts";

export { SAMPLE_KEYS } from "./base_url.ts";
export { placeText } from "./config_text.ts";
export { NoAnswer, parseBaseAddress, parseWebAddress, type Step, type Warning } from "./result.ts";

/** An answer as far as the server's own files go. */
export interface ServerAnswer extends Trace, Pick<Resolved, "server" | "location"> {
  readonly url: string;
  /** The path as the server opens it. Where no container is in between, it is the host's. */
  readonly containerPath: string;
  /** Sample keys under the URL that are not read from the folder, each with what takes it. */
  readonly elsewhere: readonly Elsewhere[];
  /** `USER` or `USER:GROUP` of the workers, where the configuration says it and it counts. */
  readonly user?: string | undefined;
}

/** Where a URL leads on this host. */
export interface FolderAnswer extends ServerAnswer {
  /** Where to write: the file of a GET of the URL, or the folder of one that ends in a slash. */
  readonly path: string;
  /** The path on this host, without regard to whether it can be written. */
  readonly hostPath: string;
}

/**
 * Finds what a GET of a URL would read: a file, or the folder of what lies under a slash at its end.
 * `nginxConf` is the main configuration file, or what `nginx -T` printed; `-`: from stdin. Throws
 * code `nginx-conf` where no path follows from a configuration.
 */
export async function locate(
  address: WebAddress,
  { nginxConf }: { readonly nginxConf?: string | undefined },
): Promise<FolderAnswer> {
  const trace = newTrace();
  try {
    const { found, view } = await askServer(address, nginxConf, trace);
    const path = await plainPath(view, found.containerPath);
    if (view.isShared?.(path) === false) {
      const seen = `something else as ${JSON.stringify(path)} than this host`;
      const state =
        `the server has mounts of its own, and sees ${seen}, such as with PrivateTmp= of systemd`;
      const hint = "Serve a folder elsewhere, such as one below /srv. " +
        "If it runs in a container, add --adapter container.";
      throw new NoAnswer("unclear", state, hint);
    }
    await checkPath(path, isBase(address), trace);
    return { ...found, path, hostPath: path };
  } catch (error) {
    throw userError(address, error);
  }
}

/** Asks the server of this host that listens there; nginx, where none does. */
async function askServer(address: WebAddress, nginxConf: string | undefined, trace: Trace) {
  const { port } = address;
  const isNginx = nginxConf !== undefined || nginxListens(port);
  const other = isNginx ? undefined : otherServerOn(port);
  if (other !== undefined) {
    const { kind, running: { view } } = other;
    const { confPath, user, resolve } = await kind.open(other.running);
    noteStep(trace, `configuration ${confPath}, of the ${kind.name} that listens on port ${port}`);
    checkAddress(address, trace);
    return { found: await ask(address, trace, resolve, user), view };
  }
  const configuration = await findConfiguration(address, nginxConf, trace).catch((error) => {
    if (!(error instanceof NoAnswer) || nginxConf !== undefined) throw error;
    throw new NoAnswer(error.obstacle, error.message, `${error.hint} ${hintOfIdle()}`.trim());
  });
  if (nginxConf === undefined) checkAddress(address, trace);
  return { found: await locateIn(configuration, address, trace), view: configuration.view };
}

/** Asks nginx, here or in a container; adds to the trace. Throws {@linkcode NoAnswer}. */
export async function locateIn(
  configuration: Configuration,
  address: WebAddress,
  trace: Trace,
): Promise<ServerAnswer> {
  const user = await userOf(configuration, trace);
  return await ask(address, trace, (one) => resolve(configuration, one), user);
}

async function ask(address: WebAddress, trace: Trace, resolve: Resolve, user?: string) {
  const isFolder = isBase(address);
  const { server, location, elsewhere, ...found } = isFolder
    ? await resolveFolder(address, resolve)
    : { ...await resolve(address), elsewhere: [] };
  trace.steps.push(...found.trace.steps);
  trace.warnings.push(...found.trace.warnings);
  const containerPath = toText(found.path) || "/";
  if (toBytes(containerPath) !== found.path && found.path !== "") {
    const state = `the name ${JSON.stringify(containerPath)} is not in UTF-8`;
    throw new NoAnswer("unclear", state, "Save the configuration in UTF-8, or name it so.");
  }
  if (isFolder) noteStep(trace, `files under the URL are read from ${containerPath}`);
  return { url: address.url, server, location, containerPath, ...trace, elsewhere, user };
}
