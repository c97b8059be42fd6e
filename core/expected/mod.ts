/** What nodes will ask for, read from files that operators have, and whether a target has it. */
import { decodeText } from "../packages/mod.ts";
import { readNamed } from "../util/bounded_read.ts";
import { errno, systemState } from "../util/errno.ts";
import { BinimportError } from "../util/errors.ts";
import { isChecksumsYaml, readChecksumsYaml } from "./checksums_yaml.ts";
import { type Expectation, isUndecided, type Variables } from "./expectation.ts";
import { readList } from "./lists.ts";

export { compareExpected, type ExpectedFinding } from "./compare.ts";
export { type Expectation, isUndecided, type WantedFile } from "./expectation.ts";
export { downloadUrls } from "./kubespray.ts";
export { mirrorKey, mirrorLines, mirrorVariables } from "./mirror.ts";
export { packagesTarget, urlTarget } from "./targets.ts";

/** In bytes. Lists are lines, some thousands of them; more is something else. */
const MAX_SIZE = 32 * 1024 * 1024;

/** What `{{ files_repo }}` is while nobody has set it: keys do not hold it. */
const NO_MIRROR = "http://files-repo.invalid";

/**
 * Reads what files expect: each key once, in the order of the files. Codes `package-missing` and
 * `package-unreadable` for a file that is not there, is no list, or contradicts another one.
 */
export async function readExpectations(
  files: readonly string[],
  given: ReadonlyMap<string, string>,
): Promise<Expectation[]> {
  const variables = new Map([["files_repo", NO_MIRROR], ...given]);
  const found = new Map<string, Expectation>();
  for (const file of files) {
    const expected = await readExpectation(file, variables);
    for (const one of expected) found.set(one.key, merged(found.get(one.key), one));
  }
  return [...found.values()];
}

async function readExpectation(file: string, variables: Variables): Promise<Expectation[]> {
  const text = await readText(file);
  try {
    const read = isChecksumsYaml(text) ? readChecksumsYaml : readList;
    return await read(file, text, variables);
  } catch (cause) {
    if (!(cause instanceof BinimportError) || cause.code !== "package-hostile") throw cause;
    const from = `Cannot tell from ${JSON.stringify(file)} what nodes will ask for`;
    const hint = "Take that line out: nothing can be stored under such a name.";
    throw new BinimportError(cause.code, `${from}: ${cause.message}`, { cause, hint });
  }
}

function merged(before: Expectation | undefined, now: Expectation): Expectation {
  if (before === undefined || isUndecided(before)) return now;
  if (isUndecided(now)) return before;
  if (before.sha256 === undefined || now.sha256 === undefined || before.sha256 === now.sha256) {
    return { ...now, ...before, ...(now.sha256 !== undefined && { sha256: now.sha256 }) };
  }
  const said = [before, now].map(({ source, sha256 }) => `${source} says ${sha256}`).join(", ");
  const message = `Cannot tell what ${JSON.stringify(now.key)} should be: ${said}`;
  const hint = "Leave only the one that the cluster's version asks for.";
  throw new BinimportError("package-unreadable", message, { hint });
}

async function readText(file: string): Promise<string> {
  try {
    return decodeText(await readNamed(file, { limit: MAX_SIZE }));
  } catch (cause) {
    const code = errno(cause) === "ENOENT" ? "package-missing" : "package-unreadable";
    const message = `Cannot read ${JSON.stringify(file)}: ${systemState(cause)}`;
    const hint = "Give --expect a list that can be read.";
    throw new BinimportError(code, message, { cause, hint });
  }
}
