/** Who takes part in a comparison: ways to get a package to where nodes fetch it. */
import { findProgram } from "../scripts/services/cache.ts";
import type { MinioServer } from "../tests/support/minio_server.ts";
import type { Corpus, CorpusName } from "./corpus.ts";
import type { Command } from "./measure.ts";
import { PROGRAM } from "./program.ts";

/** Where one run happens: everything new, and gone afterwards. */
export interface Arena {
  readonly corpus: Corpus;
  /** An empty folder to unpack into; a web root, or what a peer needs on the way to a bucket. */
  readonly folder: string;
  /** A name for a bucket that does not exist yet. */
  readonly bucket: string;
  readonly minio: MinioServer;
  /** Where the folder is served, in a row that sets that up. */
  readonly url?: string;
  /** Where `binimport serve` serves it, in a row that sets that up. */
  readonly ownUrl?: string;
}

/** One way. */
export interface Contender {
  readonly label: string;
  /** Programs that must be there. */
  readonly needs: readonly string[];
  /** Another package than the row's. */
  readonly corpus?: CorpusName;
  /** What has to be there before its clock starts, besides what the row sets up. */
  readonly setUp?: (arena: Arena) => Promise<void>;
  /** The commands, one after the other. */
  commands(arena: Arena): readonly Command[];
}

/** Programs that a contender lacks here. */
export function missing({ needs }: Contender): string[] {
  return needs.filter((program) => findProgram(program) === undefined);
}

/** For what the benchmark itself does with the server. */
export function mcEnvironment({ url, user, password }: MinioServer): Record<string, string> {
  return { MC_HOST_bench: url.replace("://", `://${user}:${password}@`) };
}

/** What programs of AWS's kind sign with. */
export function awsEnvironment({ user, password }: MinioServer): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: user, AWS_SECRET_ACCESS_KEY: password, AWS_REGION: "us-east-1" };
}

/** Unpacks a package as the vendor's script does. */
export function unpack(program: "tar" | "bsdtar", { path }: Corpus, folder: string): Command {
  return run([program, "-xzf", path, "--strip-components=1", "-C", folder]);
}

/** This program. */
export function binimport(
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Command {
  return run([PROGRAM, ...args], env);
}

/** A command of the system or the cache. */
export function run(
  [program, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Command {
  return { argv: [findProgram(program) ?? program, ...args], env };
}

/** The paths of all files below a folder but our own state, relative to it. */
export function filesBelow(folder: string, prefix = ""): string[] {
  return [...Deno.readDirSync(`${folder}/${prefix}`)].flatMap(({ name, isDirectory }) => {
    if (name === ".binimport") return [];
    return isDirectory ? filesBelow(folder, `${prefix}${name}/`) : [prefix + name];
  });
}
