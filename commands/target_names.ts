/** What the command line says of targets. */
import { builtinAdapters, findBuiltin } from "../adapters/mod.ts";
import { BinimportError } from "../core/errors.ts";
import type { Repository } from "../core/repository.ts";
import { type AdapterFlags, foreignFlags } from "./adapter_flags.ts";

/** One target as it was named. */
export interface TargetName {
  readonly adapter: string;
  /** What stands behind `ADAPTER:` in `--to`. */
  readonly location?: string;
}

/** Values of the target flags as the parser gives them. */
export interface TargetFlags {
  readonly adapter?: string;
  readonly to?: readonly string[];
  readonly concurrency?: number;
  readonly retries?: number;
  readonly verbose?: number;
  /** Bytes in a second. */
  readonly bwlimit?: number;
}

/** Splits `ADAPTER:LOCATION`; a plug-in's address may hold a colon of its own, as in `file:…`. */
export function parseTarget(text: string): TargetName {
  const colon = text.indexOf(":", text.startsWith("file:") ? "file:".length : 0);
  if (colon < 0) return { adapter: text };
  return { adapter: text.slice(0, colon), location: text.slice(colon + 1) };
}

/**
 * The targets that flags name. With neither `--to` nor `--adapter` it is the first built-in adapter
 * that has all the adapter flags given, so `--endpoint …` alone means MinIO. A repository with a
 * user, as a cluster's configuration names it, has `minio` come first.
 */
export function namedTargets(
  flags: TargetFlags,
  adapterFlags: AdapterFlags,
  named?: Repository,
): TargetName[] {
  if (flags.to !== undefined) {
    if (flags.adapter === undefined) return flags.to.map(parseTarget);
    throw new BinimportError("usage", "Cannot use --adapter and --to together", {
      hint: "Name every target with --to ADAPTER:LOCATION.",
    });
  }
  if (flags.adapter !== undefined) return [{ adapter: flags.adapter }];
  const s3 = named?.user === undefined ? undefined : findBuiltin("minio");
  const candidates = [...(s3 === undefined ? [] : [s3]), ...builtinAdapters];
  const fits = candidates.find((one) =>
    foreignFlags(adapterFlags, [one], builtinAdapters).length === 0
  );
  return [{ adapter: (fits ?? candidates[0])?.name ?? "nginx-fs" }];
}
