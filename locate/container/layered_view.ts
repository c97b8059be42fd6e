/** Several views of the same files, each of which knows a part. */
import { type FileView, Unreadable } from "../file_view.ts";

/** What the first view that knows says. */
export function layered(views: readonly FileView[]): FileView {
  return {
    async read(path) {
      let failure: unknown = new Unreadable("no such file", "Check the path.");
      for (const view of views) {
        try {
          return await view.read(path);
        } catch (error) {
          if (!(error instanceof Unreadable)) throw error;
          failure = error;
        }
      }
      throw failure;
    },
    async names(folder) {
      for (const view of views) {
        const names = await view.names(folder).catch(() => []);
        if (names.length > 0) return names;
      }
      return [];
    },
    kind: (path) => firstKnown(views, (view) => view.kind(path)),
    realpath: (path) => firstKnown(views, (view) => view.realpath(path)),
  };
}

async function firstKnown<T>(
  views: readonly FileView[],
  ask: (view: FileView) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const view of views) {
    const known = await ask(view);
    if (known !== undefined) return known;
  }
  return undefined;
}
