/**
 * From a URL to the path on this host: reads the web server's configuration, and nothing else. No
 * request is made, no name is looked up, and neither server nor folder need exist.
 *
 * @module
 */
import { type Elsewhere, type Resolve, resolveFolder } from "./base_url.ts";
import { toText } from "./bytes.ts";
import type { FileView } from "./file_view.ts";
import {
  type Answer,
  newTrace,
  NoAnswer,
  noteStep,
  parseWebAddress,
  type Trace,
  userError,
  type WebAddress,
} from "./result.ts";
import { hintOfIdle, type OtherServer, otherServerOn } from "./servers/mod.ts";
import {
  type Configuration,
  decodeUri,
  findConfiguration,
  nginxListens,
  resolve,
  type SourceOptions,
} from "./servers/nginx/mod.ts";
import { checkAddress, checkPath, checkUser, plainPath } from "./warnings.ts";

export { SAMPLE_KEYS } from "./base_url.ts";
export { placeText } from "./config_text.ts";
export { NoAnswer, type Step, type Warning } from "./result.ts";

/** Where a base URL leads. */
export interface FolderAnswer extends Answer {
  /** Sample keys under the URL that are not read from the folder, each with what takes it. */
  readonly elsewhere: readonly Elsewhere[];
  /** `USER` or `USER:GROUP` of the workers, where the configuration says it and it counts. */
  readonly user?: string;
}

/** An answer as far as the server's own files go. */
export type ServerAnswer = Omit<FolderAnswer, "path" | "hostPath">;

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
  const path = address.path.endsWith("/") ? address.path : `${address.path}/`;
  return await locateAddress({ ...address, path }, options);
}

async function locateAddress(address: WebAddress, options: SourceOptions): Promise<FolderAnswer> {
  const { url, port } = address;
  const trace = newTrace();
  try {
    const isNginx = options.nginxConf !== undefined || nginxListens(port);
    const other = isNginx ? undefined : otherServerOn(port);
    const { found, view } = other === undefined
      ? await locateByNginx(address, options, trace)
      : await locateByOther(other, address, trace);
    const path = await plainPath(view, found.containerPath);
    await checkPath(path, isBase(address), trace);
    return { ...found, path, hostPath: path };
  } catch (error) {
    throw userError(
      `${isBase(address) ? "the folder" : "the file"} of ${JSON.stringify(url)}`,
      error,
    );
  }
}

interface Located {
  readonly found: ServerAnswer;
  readonly view: FileView;
}

async function locateByNginx(
  address: WebAddress,
  options: SourceOptions,
  trace: Trace,
): Promise<Located> {
  const configuration = await findConfiguration(address, options, trace).catch((error) => {
    if (!(error instanceof NoAnswer) || options.nginxConf !== undefined) throw error;
    const { obstacle, message, hint } = error;
    throw new NoAnswer(obstacle, message, [hint, hintOfIdle()].join(" ").trim());
  });
  if (options.nginxConf === undefined) checkAddress(address, trace);
  return { found: await locateIn(configuration, address, trace), view: configuration.view };
}

async function locateByOther(
  { kind, running }: OtherServer,
  address: WebAddress,
  trace: Trace,
): Promise<Located> {
  const { confPath, user, resolve } = await kind.open(running);
  const where = `of the ${kind.name} that listens on port ${address.port}`;
  noteStep(trace, `configuration ${confPath}, ${where}`);
  checkAddress(address, trace);
  const answer = await ask(address, trace, resolve);
  return { found: { ...answer, ...(user === undefined ? {} : { user }) }, view: running.view };
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
  await checkUser(configuration, trace);
  const answer = await ask(address, trace, (one) => resolve(configuration, one));
  return { ...answer, ...workerUser(configuration) };
}

/** Asks a configuration for the file of a URL, or the folder of a base URL. */
async function ask(address: WebAddress, trace: Trace, resolve: Resolve): Promise<ServerAnswer> {
  const base = isBase(address) ? await resolveFolder(address, resolve) : undefined;
  const found = base?.found ?? await resolve(address);
  const { steps, warnings } = base?.trace ?? found.trace;
  trace.steps.push(...steps);
  trace.warnings.push(...warnings);
  const containerPath = toText(base?.folder ?? found.path) || "/";
  if (base !== undefined) noteStep(trace, `files under the URL are read from ${containerPath}`);
  const { server, location } = found;
  const elsewhere = base?.elsewhere ?? [];
  return { url: address.url, server, location, containerPath, ...trace, elsewhere };
}

/** Workers of a master that is not root's have its own user. */
function workerUser({ main, ownUser = false }: Configuration): { readonly user?: string } {
  const directive = main.find(({ name }) => name === "user");
  return directive === undefined || ownUser ? {} : { user: toText(directive.args.join(":")) };
}

/** Whether what lies under the URL is meant. */
export function isBase({ path }: WebAddress): boolean {
  return decodeUri(path, true)?.endsWith("/") ?? false;
}
