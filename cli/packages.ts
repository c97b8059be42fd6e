/** From what the command line says of packages to packages. */
import { type Fetch, type HttpFetch, httpFetch, warnInsecure } from "../core/http/mod.ts";
import {
  findPackages,
  folderKey,
  type Package,
  type PackageLimits,
  packagesHere,
  type ReadOptions,
} from "../core/packages/mod.ts";
import type { PackageOptions } from "../core/storage/mod.ts";
import { BinimportError, messageOf } from "../core/util/errors.ts";
import type { Context } from "./context.ts";
import { isYes, type NetworkFlags, type PackageFlags, type TargetFlags } from "./options/mod.ts";
import type { Reporter } from "./output/mod.ts";

/** The vendor's script reads these; the first one's spelling is theirs. */
const SCRIPT_VARIABLES = ["BINARIRES_PKG_PATH", "COMPONENT_TOOLS_PATH"];

/**
 * The packages named on the command line; else those that the vendor script's variables name; else
 * those that lie in the working directory. Code `usage` when there are none.
 */
export async function choosePackages(
  named: readonly string[],
  context: Context,
  fetch: Fetch,
  flags: PackageFlags & Pick<TargetFlags, "retries">,
): Promise<Package[]> {
  const { into } = packageOptions(flags);
  const { retries } = flags;
  const options = { stdin: () => context.stdin(), fetch, retries, into, signal: context.signal };
  if (named.filter((name) => name === "-").length > 1) {
    throw new BinimportError("usage", "Cannot read standard input twice: `-` was given twice");
  }
  if (named.length > 0) return await findPackages(named, options);
  const fromScript = SCRIPT_VARIABLES.map((name) => context.env(name))
    .filter((path) => path !== undefined);
  if (fromScript.length > 0) return await findPackages(fromScript, options);
  const here = await packagesHere(into);
  if (here.length > 0) return here;
  throw new BinimportError(
    "usage",
    "Cannot tell which packages are meant: none was named, and the working directory holds neither offline-files.tar.gz nor component-tools.tar.gz",
    { hint: "Name them behind the verb: offline-files.tar.gz component-tools.tar.gz" },
  );
}

/** What of the flags decides which keys a package gives. */
export function packageOptions(flags: PackageFlags): PackageOptions {
  return {
    stripComponents: flags.stripComponents ?? "auto",
    include: flags.include ?? [],
    exclude: flags.exclude ?? [],
    ...(flags.keepJunk === true ? { keepJunk: true } : {}),
    ...(flags.into === undefined ? {} : { into: folderKey(flags.into) }),
    ...(flags.shard === undefined ? {} : { shard: flags.shard }),
  };
}

/** What of the flags says how a package is read. */
export async function readOptions(flags: PackageFlags, report: Reporter): Promise<ReadOptions> {
  const { stripComponents = "auto", keepJunk = false } = flags;
  return {
    stripComponents,
    keepJunk,
    wanted: await keyFilter(packageOptions(flags)),
    limits: packageLimits(flags),
    onWarning: ({ code, message, hint }) => report.warn(code, message, hint),
  };
}

/** What of the flags limits what a package may grow into. */
export function packageLimits({ maxUnpacked, maxFiles }: PackageFlags): PackageLimits {
  return {
    ...(maxUnpacked === undefined ? {} : { maxUnpacked }),
    ...(maxFiles === undefined ? {} : { maxFiles }),
  };
}

/** Whether a key is wanted: by no glob, or by one of `include`, and by none of `exclude`. */
export async function keyFilter(
  { include, exclude }: PackageOptions,
): Promise<(key: string) => boolean> {
  if (include.length === 0 && exclude.length === 0) return () => true;
  const { minimatch } = await import("minimatch");
  const matches = (globs: readonly string[]) => (key: string) =>
    globs.some((glob) => minimatch(key, glob, { dot: true }));
  const [included, excluded] = [matches(include), matches(exclude)];
  return (key) => (include.length === 0 || included(key)) && !excluded(key);
}

/** What fetches public URLs: with the same trust as the adapter has. Warns where it has too much. */
export async function networkFetch(
  flags: NetworkFlags,
  context: Context,
  report: Reporter,
): Promise<HttpFetch> {
  const file = flags.caFile ?? context.env("BINIMPORT_CA_FILE");
  const insecure = flags.insecureSkipTlsVerify ??
    isYes(context.env("BINIMPORT_INSECURE_SKIP_TLS_VERIFY"));
  const fetch = httpFetch({ ...(file === undefined ? {} : { ca: await readCa(file) }), insecure });
  return insecure ? warning(fetch, report) : fetch;
}

function warning(fetch: HttpFetch, report: Reporter): HttpFetch {
  const told = (...[url, options]: Parameters<HttpFetch>) => {
    if (url.protocol === "https:") warnInsecure(url.origin, report.warn);
    return fetch(url, options);
  };
  return Object.assign(told, { [Symbol.dispose]: () => fetch[Symbol.dispose]() });
}

async function readCa(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new BinimportError(
      "usage",
      `Cannot read ${JSON.stringify(file)} of --ca-file: ${messageOf(cause)}`,
      { cause },
    );
  }
}
