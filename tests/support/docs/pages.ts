/** The project's pages, for tests of what they say. */
import { fileURLToPath } from "node:url";

/** A page. */
export interface Page {
  /** Its path, relative to the project. */
  readonly path: string;
  readonly text: string;
}

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));
const FOLDERS = ["", "docs/", "docs/design/", "docs/zh/", "examples/ansible/"];

/** All of them. */
export const pages: readonly Page[] = FOLDERS.flatMap((folder) =>
  [...Deno.readDirSync(PROJECT + folder)]
    .filter(({ name }) => name.endsWith(".md"))
    .map(({ name }) => ({
      path: folder + name,
      text: Deno.readTextFileSync(`${PROJECT}${folder}${name}`),
    }))
);

/** Where a path, relative to the project, is. */
export function inProject(path: string): string {
  return PROJECT + path;
}
