/** From what the command line says of packages to packages. */
import {
  findPackages,
  folderKey,
  type Package,
  type PackageLimits,
  packagesHere,
  type ReadOptions,
} from "../core/packages/mod.ts";
import type { PackageOptions } from "../core/storage/mod.ts";
import { BinimportError } from "../core/util/errors.ts";
import type { Flags } from "./options/mod.ts";
import type { Session } from "./session.ts";

/** The vendor's script reads these; the first one's spelling is theirs. */
const SCRIPT_VARIABLES = ["BINARIRES_PKG_PATH", "COMPONENT_TOOLS_PATH"];

/**
 * The packages named on the command line; else those that the vendor script's variables name; else
 * those that lie in the working directory. Code `usage` when there are none.
 */
export async function choosePackages(
  named: readonly string[],
  { flags, context, fetch, signal }: Session,
): Promise<Package[]> {
  const { into } = packageOptions(flags);
  const options = { stdin: context.stdin, fetch, retries: flags.retries, into, signal };
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
    "Cannot find packages: none was named, and the working directory holds neither offline-files.tar.gz nor component-tools.tar.gz",
    { hint: "Name them after the verb: offline-files.tar.gz component-tools.tar.gz" },
  );
}

/** What of the flags decides which keys a package gives. */
export function packageOptions(
  { stripComponents = "auto", include = [], exclude = [], keepJunk, into, shard }: Flags,
): PackageOptions {
  return {
    stripComponents,
    include,
    exclude,
    ...(keepJunk === true ? { keepJunk } : {}),
    ...(into === undefined ? {} : { into: folderKey(into) }),
    ...(shard === undefined ? {} : { shard }),
  };
}

/** What of the flags says how a package is read. */
export async function readOptions(
  { flags, report, signal }: Session,
): Promise<ReadOptions & { readonly signal: AbortSignal }> {
  const { stripComponents = "auto", keepJunk = false } = flags;
  return {
    stripComponents,
    keepJunk,
    wanted: await keyFilter(packageOptions(flags)),
    limits: packageLimits(flags),
    onWarning: ({ code, message, hint }) => report.warn(code, message, hint),
    signal,
  };
}

/** What of the flags limits what a package may grow into. */
export function packageLimits({ maxUnpacked, maxFiles }: Flags): PackageLimits {
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
