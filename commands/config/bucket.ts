/** The flag `--bucket`. */
import type { Command } from "commander";
import { BinimportError } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { loadConfig } from "./load.ts";

/** Its value as the parser gives it. */
export interface BucketFlag {
  readonly bucket?: string;
}

/** Adds the flag. */
export function addBucketFlag(command: Command): Command {
  return command.option("--bucket <name>", "the bucket of an S3 server (default: kubean)");
}

/** The bucket given; else a file's; else the one that kubean uses. Code `usage` for no such name. */
export async function bucketOf(
  flags: BucketFlag,
  context: Context,
  named: string | undefined,
): Promise<string> {
  const { DEFAULT_BUCKET, isBucketName } = await loadConfig();
  const bucket = flags.bucket ?? context.env("BINIMPORT_BUCKET") ?? named ?? DEFAULT_BUCKET;
  if (isBucketName(bucket)) return bucket;
  throw new BinimportError(
    "usage",
    `Cannot use ${JSON.stringify(bucket)} as a bucket: S3 allows no such name`,
    { hint: "A name has 3 to 63 of a-z, 0-9, dot and hyphen." },
  );
}
