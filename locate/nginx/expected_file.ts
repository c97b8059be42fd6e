/** The files that a request finds: those there, and the one that is going to be written. */
import { toText } from "../bytes.ts";
import type { FileKind } from "../file_view.ts";
import type { Request } from "./request.ts";

/** What is known of the file that is going to be written. */
export type ExpectedFile =
  /**
   * It will be the URL's own file, whichever that turns out to be. What conditions asked for is
   * kept, as bytes: it may turn out to be another file, or a folder of it.
   */
  | { readonly asked: Set<string> }
  /** It will be this one, and its folders will be there. As bytes. */
  | { readonly planned: string };

/**
 * What a test such as `-f` finds under a path.
 *
 * @param path as bytes
 * @param own the path of the URL's own file in this place of the configuration
 */
export async function kindFound(
  { configuration, expected }: Request,
  path: string,
  own: string | undefined,
): Promise<FileKind | undefined> {
  if ("planned" in expected) {
    if (path === expected.planned) return "file";
    if (expected.planned.startsWith(`${path.replace(/\/$/, "")}/`)) return "folder";
  } else {
    expected.asked.add(path);
    if (path === own && !path.endsWith("/")) return "file";
  }
  return await configuration.view.kind(toText(path));
}
