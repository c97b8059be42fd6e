/** Sample files as people have them. */
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../fixtures/cluster-config/", import.meta.url));

/** The text of a sample. */
export function sample(name: string): string {
  return Deno.readTextFileSync(FOLDER + name);
}

/** The names of all samples. */
export function sampleNames(): string[] {
  return [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();
}

/** Lines that one text has and the other has not, between the lines that both begin and end with. */
export function changedLines(before: string, after: string): { gone: string[]; come: string[] } {
  const old = before.split("\n");
  const now = after.split("\n");
  while (old.length > 0 && now.length > 0 && old[0] === now[0]) {
    [old, now].forEach((a) => a.shift());
  }
  while (old.length > 0 && now.length > 0 && old.at(-1) === now.at(-1)) {
    [old, now].forEach((a) => a.pop());
  }
  return { gone: old, come: now };
}
