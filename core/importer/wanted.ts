/** Which file each key is to have, and what becomes of it in a target. */
import { BinimportError } from "../util/errors.ts";
import {
  type ImportRun,
  type ImportTarget,
  type Outcome,
  type PlannedFile,
  release,
} from "./run.ts";

/** A name of 4 KB can make 2,000 folders, and each takes memory. No real package comes near. */
const MAX_FOLDERS = 200_000;

/** Notes a key's folders; throws code `package-hostile` for a key that is a folder of another key, or has a file as folder. */
export function requirePlace({ wanted, folders }: ImportRun, key: string): void {
  if (folders.has(key)) throw clash(key);
  for (let end = key.lastIndexOf("/"); end > 0; end = key.lastIndexOf("/", end - 1)) {
    const folder = key.slice(0, end);
    if (folders.has(folder)) break;
    if (wanted.has(folder)) throw clash(folder);
    if (folders.size === MAX_FOLDERS) {
      throw new BinimportError(
        "package-hostile",
        `Cannot import what was given: it makes more than ${MAX_FOLDERS} folders`,
      );
    }
    folders.add(folder);
  }
}

/** A file and a folder of one name cannot both be served. */
function clash(key: string): BinimportError {
  return new BinimportError(
    "package-hostile",
    `Cannot import ${JSON.stringify(key)}: it is both a file and a folder in what was given`,
    { key, hint: "Leave one of them out with --exclude." },
  );
}

/** Notes what a package has under a key; false where one behind it has given the key already. */
export function planFile(run: ImportRun, key: string, file: PlannedFile): boolean {
  requirePlace(run, key);
  const former = run.wanted.get(key);
  if (former !== undefined && former.origin !== file.origin) {
    const isLater = former.origin.order < file.origin.order;
    const [earlier, later] = isLater ? [former, file] : [file, former];
    earlier.origin.lost.set(key, earlier);
    if (earlier.sha256 !== later.sha256) later.origin.replaced.add(key);
    if (!isLater) return false;
  }
  run.wanted.set(key, file);
  return true;
}

/** Gives a planned file its outcome, unless its target has failed or another file took its key. */
export async function decideFor(
  run: ImportRun,
  target: ImportTarget,
  key: string,
  planned: PlannedFile,
  outcome: Outcome,
): Promise<void> {
  const counts = target.failure === undefined && run.wanted.get(key) === planned;
  await (counts ? decide(target, key, outcome) : release(outcome));
}

/** Gives a key another outcome; what waited for its name under the former one is taken away. */
export async function decide(
  target: ImportTarget,
  key: string,
  outcome: Outcome | undefined,
): Promise<void> {
  const former = target.outcomes.get(key);
  if (outcome === undefined) target.outcomes.delete(key);
  else target.outcomes.set(key, outcome);
  if (former !== undefined) await release(former);
}
