/** Runs `binimport node-check`: makes a script that a node runs. */
import {
  type Expectation,
  isUndecided,
  urlTarget,
  type WantedFile,
} from "../../core/expected/mod.ts";
import type { ReadableTarget } from "../../core/importer/mod.ts";
import { loadManifest } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { usageError } from "../context.ts";
import { readExpected, urlAlone } from "../expected.ts";
import { openSession, type Session } from "../session.ts";
import { openTargets } from "../targets.ts";
import script from "./node_check.sh" with { type: "text" };

/** Prints the script for the URL, or the target, that the flags name. */
export async function runNodeCheck({ flags, context }: Session): Promise<void> {
  // The form is the script's: what is told of making it goes to standard error in any case.
  using session = openSession({ ...flags, json: false }, context);
  const form = flags.json ? "json" : "text";
  const alone = urlAlone(flags);
  if (alone !== undefined) return await write(urlTarget(alone, session.fetch), form, session);
  await using targets = await openTargets(session, { dryRun: true });
  const [target, second] = targets.adapters;
  if (target === undefined || second !== undefined) {
    throw usageError("Cannot check several targets at once", "Make a script for each.");
  }
  await write(target, form, session);
}

async function write(
  target: ReadableTarget,
  form: string,
  { flags: { samples = 3, full, ...flags }, context: { stdout }, signal }: Session,
): Promise<void> {
  const base = target.publicUrl?.("x")?.href.replace(/x$/, "");
  if (base === undefined) {
    const message = `Cannot check ${target.target} from a node: no URL is known`;
    throw usageError(message, "Give --url with the address that nodes fetch from.");
  }
  const expected = await readExpected(flags);
  const recorded = await recordOf(target, expected !== undefined, signal);
  const files: readonly WantedFile[] = expected === undefined
    ? [...recorded].map(([key, { size, sha256 }]) => ({ key, size, sha256, source: "" }))
    : decided(expected).map((file) => {
      // What is recorded counts for the very bytes that are expected, or where none are named.
      const { size, sha256 } = recorded.get(file.key) ?? {};
      if (size === undefined || sha256 === undefined) return file;
      return (file.sha256 ?? sha256) === sha256 ? { size, ...file, sha256 } : file;
    });
  if (files.length === 0) {
    const message = `Cannot tell what nodes will fetch from ${target.target}`;
    const hint = "Give a list of it: --expect files-amd64.list";
    throw new BinimportError("not-found", message, { hint });
  }
  // The smallest ones with a digest prove as much as large ones, in less time.
  const rank = ({ sha256, size = Infinity }: WantedFile) => sha256 === undefined ? Infinity : size;
  const bySize = files.toSorted((a, b) => rank(a) < rank(b) ? -1 : 1);
  const bodies = new Set(full ? files : bySize.slice(0, samples));
  const lines = files.map((file) => {
    const path = target.publicUrl?.(file.key)?.href.slice(base.length).replaceAll("'", "%27") ?? "";
    return `${file.sha256 ?? "-"} ${file.size ?? "-"} ${bodies.has(file) ? "+" : "-"} ${path}`;
  });
  stdout.write(
    script.replace("@FILES@", () => lines.join("\n"))
      .replace("@BASE@", () => base.replaceAll("'", "%27"))
      .replace("@FORM@", form),
  );
}

/** What imports have recorded; from here the URL need not be reachable where a list tells enough. */
async function recordOf(target: ReadableTarget, isOptional: boolean, signal: AbortSignal) {
  try {
    return (await loadManifest(target, { signal })).files;
  } catch (error) {
    signal.throwIfAborted();
    if (isOptional) return new Map<string, never>();
    throw error;
  }
}

function decided(expected: readonly Expectation[]): WantedFile[] {
  const [first, ...rest] = expected.filter(isUndecided);
  if (first === undefined) return expected.filter((one) => !isUndecided(one));
  const { key, reason, hint } = first;
  const state = `${rest.length + 1} of ${expected.length} are undecided`;
  const about = `the first ${JSON.stringify(key)}: ${reason}`;
  const message = `Cannot tell what nodes will fetch: ${state}, ${about}`;
  throw new BinimportError("package-unreadable", message, { hint });
}
