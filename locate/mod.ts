/**
 * From a URL to the path on this host: reads the web server's configuration, and nothing else. No
 * request is made, no name is looked up, and neither server nor folder need exist.
 *
 * @module
 */
import { type Elsewhere, type Resolve, type Resolved, resolveFolder } from "./base_url.ts";
import { toText } from "./bytes.ts";
import type { FileView } from "./file_view.ts";
import {
  newTrace,
  NoAnswer,
  noteStep,
  parseWebAddress,
  type Trace,
  userError,
  type WebAddress,
} from "./result.ts";
import { hintOfIdle, otherServerOn } from "./servers/mod.ts";
import {
  type Configuration,
  decodeUri,
  findConfiguration,
  nginxListens,
  resolve,
  type SourceOptions,
} from "./servers/nginx/mod.ts";
import { checkAddress, checkPath, plainPath, userOf } from "./warnings.ts";

export { SAMPLE_KEYS } from "./base_url.ts";
export { placeText } from "./config_text.ts";
export { NoAnswer, type Step, type Warning } from "./result.ts";

/** An answer as far as the server's own files go. */
export interface ServerAnswer extends Trace, Pick<Resolved, "server" | "location"> {
  /** The URL as it was given. */
  readonly url: string;
  /** The path as the server opens it. Where no container is in between, it is the host's. */
  readonly containerPath: string;
  /** Sample keys under the URL that are not read from the folder, each with what takes it. */
  readonly elsewhere: readonly Elsewhere[];
  /** `USER` or `USER:GROUP` of the workers, where the configuration says it and it counts. */
  readonly user?: string;
}

/** Where a URL leads. */
export interface FolderAnswer extends ServerAnswer {
  /**
   * Where this host must write: what a GET of exactly this URL would read. The file for a file's
   * URL; for one that ends in a slash, the folder of what lies under it.
   */
  readonly path: string;
  /** The path on this host, without regard to whether it can be written. */
  readonly hostPath: string;
}

/**
 * Finds what a GET of a URL would read: a file, or for a URL that ends in a slash the folder of what
 * lies under it.
 *
 * @throws {BinimportError} code `usage` for a URL that is none; `nginx-conf` when no configuration
 * is found, it cannot be read, or no path follows from it
 *
 * @example
 * ```ts
 * const { path, warnings } = await locate("http://10.6.170.10:8080/", {});
 * ```
 */
export async function locate(url: string, options: SourceOptions): Promise<FolderAnswer> {
  return await locateAddress(parseWebAddress(url), options);
}

/** As {@linkcode locate}, for a base URL with or without a slash at its end. */
export async function locateFolder(url: string, options: SourceOptions): Promise<FolderAnswer> {
  const address = parseWebAddress(url);
  return await locateAddress({ ...address, path: address.path.replace(/\/?$/, "/") }, options);
}

async function locateAddress(address: WebAddress, options: SourceOptions): Promise<FolderAnswer> {
  const { nginxConf } = options;
  const { port } = address;
  const trace = newTrace();
  const onThisHost = async (found: ServerAnswer, { view }: { readonly view: FileView }) => {
    const path = await plainPath(view, found.containerPath);
    await checkPath(path, isBase(address), trace);
    return { ...found, path, hostPath: path };
  };
  try {
    const isNginx = nginxConf !== undefined || nginxListens(port);
    const other = isNginx ? undefined : otherServerOn(port);
    if (other === undefined) {
      const configuration = await findConfiguration(address, options, trace).catch((error) => {
        if (!(error instanceof NoAnswer) || nginxConf !== undefined) throw error;
        const hint = `${error.hint} ${hintOfIdle()}`.trim();
        throw new NoAnswer(error.obstacle, error.message, hint);
      });
      if (nginxConf === undefined) checkAddress(address, trace);
      return await onThisHost(await locateIn(configuration, address, trace), configuration);
    }
    const { kind, running } = other;
    const { confPath, user, resolve } = await kind.open(running);
    noteStep(trace, `configuration ${confPath}, of the ${kind.name} that listens on port ${port}`);
    checkAddress(address, trace);
    return await onThisHost(await ask(address, trace, resolve, user), running);
  } catch (error) {
    const what = isBase(address) ? "the folder" : "the file";
    throw userError(`${what} of ${JSON.stringify(address.url)}`, error);
  }
}

/**
 * The part of {@linkcode locate} behind the search for the configuration, which may be that of a
 * container. Steps and warnings are added to the trace. Throws {@linkcode NoAnswer}.
 */
export async function locateIn(
  configuration: Configuration,
  address: WebAddress,
  trace: Trace,
): Promise<ServerAnswer> {
  const user = await userOf(configuration, trace);
  return await ask(address, trace, (one) => resolve(configuration, one), user);
}

/** Asks a configuration for the file of a URL, or the folder of a base URL. */
async function ask(address: WebAddress, trace: Trace, resolve: Resolve, user?: string) {
  const isFolder = isBase(address);
  const { server, location, elsewhere, ...found } = isFolder
    ? await resolveFolder(address, resolve)
    : { ...await resolve(address), elsewhere: [] };
  trace.steps.push(...found.trace.steps);
  trace.warnings.push(...found.trace.warnings);
  const containerPath = toText(found.path) || "/";
  if (isFolder) noteStep(trace, `files under the URL are read from ${containerPath}`);
  const answer = { url: address.url, server, location, containerPath, ...trace, elsewhere };
  return user === undefined ? answer : { ...answer, user };
}

/** Whether what lies under the URL is meant. */
export function isBase({ path }: WebAddress): boolean {
  return decodeUri(path, true)?.endsWith("/") ?? false;
}
