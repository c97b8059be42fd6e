/**
 * From a URL to the path on this host: reads the web server's configuration, and nothing else. No
 * request is made, no name is looked up, and neither server nor folder need exist.
 *
 * @module
 */
import { type Answer, newTrace, noteStep, type Trace } from "./answer.ts";
import { toText } from "./bytes.ts";
import { checkAddress, checkLinks, checkPath, checkUser } from "./checks.ts";
import { plainPath } from "./host_path.ts";
import type { Configuration } from "./nginx/configuration.ts";
import { type Elsewhere, type FolderResolution, resolveFolder } from "./nginx/folder.ts";
import { locationPlace } from "./nginx/location.ts";
import { type Resolution, resolve } from "./nginx/resolve.ts";
import { findConfiguration, type SourceOptions } from "./nginx/sources.ts";
import { decodeUri } from "./nginx/uri.ts";
import { userError } from "./no_answer.ts";
import { parseWebAddress, type WebAddress } from "./web_address.ts";

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

async function locateAddress(
  address: WebAddress,
  options: SourceOptions,
): Promise<FolderAnswer> {
  const { url } = address;
  const trace = newTrace();
  try {
    const configuration = await findConfiguration(address, options, trace);
    if (options.nginxConf === undefined) checkAddress(address, trace);
    const found = await locateIn(configuration, address, trace);
    const path = await plainPath(configuration.view, found.containerPath);
    await checkPath(path, isBase(address), trace);
    return { ...found, path, hostPath: path };
  } catch (error) {
    throw userError(
      `${isBase(address) ? "the folder" : "the file"} of ${JSON.stringify(url)}`,
      error,
    );
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
  const { view } = configuration;
  await checkUser(configuration, trace);
  const found = isBase(address)
    ? await resolveFolder(configuration, address)
    : await resolve(configuration, address);
  for (const step of found.trace.steps) trace.steps.push(step);
  for (const warning of found.trace.warnings) trace.warnings.push(warning);
  const { location, server: { directive: { file, line }, names } } = found;
  const containerPath = toText(pathOf(found)) || "/";
  await checkLinks(found.scope, containerPath, view, trace);
  if (isBase(address)) noteStep(trace, `files under the URL are read from ${containerPath}`);
  return {
    url: address.url,
    server: { file, line, names: names.map(toText) },
    location: location === undefined ? null : locationPlace(location),
    containerPath,
    steps: trace.steps,
    warnings: trace.warnings,
    elsewhere: "elsewhere" in found ? found.elsewhere : [],
    ...workerUser(configuration),
  };
}

/** Workers of a master that is not root's have its own user. */
function workerUser({ main, ownUser = false }: Configuration): { readonly user?: string } {
  const directive = main.find(({ name }) => name === "user");
  return directive === undefined || ownUser ? {} : { user: toText(directive.args.join(":")) };
}

function pathOf(found: Resolution | FolderResolution): string {
  return "folder" in found ? found.folder : found.path;
}

/** Whether what lies under the URL is meant. */
function isBase({ path }: WebAddress): boolean {
  return decodeUri(path, true)?.endsWith("/") ?? false;
}
