/** Secrets from files, or from standard input: where no list of processes shows them. */
import type { AdapterHost } from "../../core/storage/mod.ts";
import { readBounded, readNamed, Unbounded } from "../../core/util/bounded_read.ts";
import { systemState } from "../../core/util/errno.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { formatMode } from "../../core/util/units.ts";
import { type Context, usageError } from "../context.ts";

const READ_BY_GROUP = 0o040;
const READ_BY_OTHERS = 0o004;
const PATIENCE = 600_000; // ms, for somebody who types it, or a program that makes it

/**
 * The text of the file that a flag names, or of standard input for `-`. A BOM, and one newline at the
 * end, belong to the file, not to the secret. Warns of a file that others may read.
 */
export async function readSecretFile(
  file: string,
  flag: string,
  { stdin, signal }: Context,
  warn: AdapterHost["warn"],
): Promise<string> {
  try {
    const bounds = { deadline: PATIENCE, signal };
    const bytes = await (file === "-" ? readBounded(stdin(), bounds) : readNamed(file, bounds));
    const facts = file === "-" ? undefined : await Deno.stat(file);
    // Who is not the owner may read it as one of the group alone: so Kubernetes mounts a Secret.
    const others = facts?.uid === Deno.uid() ? READ_BY_GROUP | READ_BY_OTHERS : READ_BY_OTHERS;
    // Pipes, such as those of `<(…)`, are nobody else's.
    if (facts?.isFile && facts.mode && (facts.mode & others) !== 0) {
      const bits = formatMode(facts.mode & 0o777);
      const message = `Other users can read ${JSON.stringify(file)} of ${flag} (mode ${bits})`;
      const hint = "Run chmod 600 on it, and change the secret if somebody may have read it.";
      warn("secret-readable", message, hint);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch (cause) {
    if (cause instanceof BinimportError && !(cause instanceof Unbounded)) throw cause;
    const state = cause instanceof TypeError ? "it is not in UTF-8" : systemState(cause);
    throw usageError(`Cannot read ${JSON.stringify(file)} of ${flag}: ${state}`, undefined, cause);
  }
}
