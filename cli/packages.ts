/** From what the command line says of packages to packages. */
import {
  findPackages,
  folderKey,
  type Package,
  packagesHere,
  type ReadOptions,
} from "../core/packages/mod.ts";
import type { PackageOptions, StorageAdapter } from "../core/storage/mod.ts";
import { usageError } from "./context.ts";
import type { Flags } from "./options/mod.ts";
import type { Session } from "./session.ts";

/** The vendor's script reads these; the first one's spelling is theirs. */
const SCRIPT_VARIABLES = ["BINARIRES_PKG_PATH", "COMPONENT_TOOLS_PATH"];

/** The packages named; else those of the vendor script's variables; else of the working directory. */
export async function choosePackages(
  named: readonly string[],
  { flags, context, fetch, signal }: Session,
): Promise<Package[]> {
  const { into } = packageOptions(flags);
  const options = { stdin: context.stdin, fetch, retries: flags.retries, into, signal };
  if (named.filter((name) => name === "-").length > 1) {
    throw usageError("Cannot read standard input twice: `-` was given twice");
  }
  const fromScript = SCRIPT_VARIABLES.flatMap((name) => context.env(name) ?? []);
  const given = named.length > 0 ? named : fromScript;
  const found = given.length > 0 ? await findPackages(given, options) : await packagesHere(into);
  if (found.length > 0) return found;
  throw usageError(
    "Cannot find packages: none was named, and the working directory holds neither offline-files.tar.gz nor component-tools.tar.gz",
    "Name them after the verb: offline-files.tar.gz component-tools.tar.gz",
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
    ...(keepJunk && { keepJunk }),
    ...(into !== undefined && { into: folderKey(into) }),
    ...(shard && { shard }),
  };
}

/** What of the flags says which keys are wanted, and what a package may grow into. */
export async function packageLimits(
  { include = [], exclude = [], maxUnpacked, maxFiles }: Flags,
): Promise<Pick<ReadOptions, "wanted" | "limits">> {
  const limits = {
    ...(maxUnpacked !== undefined && { maxUnpacked }),
    ...(maxFiles !== undefined && { maxFiles }),
  };
  if (include.length === 0 && exclude.length === 0) return { limits };
  const { minimatch } = await import("minimatch");
  const matches = (globs: readonly string[], key: string) =>
    globs.some((glob) => minimatch(key, glob, { dot: true }));
  const isWanted = (key: string) =>
    (include.length === 0 || matches(include, key)) && !matches(exclude, key);
  return { wanted: isWanted, limits };
}

/** What of the flags says how a package is read. */
export async function readOptions(
  { flags, report, signal }: Session,
  targets: readonly StorageAdapter[] = [],
): Promise<ReadOptions & { readonly signal: AbortSignal }> {
  const { stripComponents = "auto", keepJunk = false } = flags;
  return {
    stripComponents,
    keepJunk,
    ...await packageLimits(flags),
    targets: targets.flatMap(({ folder }) => folder ?? []),
    onWarning: ({ code, message, hint }) => report.warn(code, message, hint),
    signal,
  };
}
