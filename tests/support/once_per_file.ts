/** What all tests of a file share. */

/**
 * Has something be made once, by the first test of the file that asks for it. It may lie in the
 * folder, which is removed when all of them have ended: nobody may change it.
 */
export function oncePerFile<T>(make: (folder: string) => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make(temporaryFolder());
}

function temporaryFolder(): string {
  const folder = Deno.makeTempDirSync({ prefix: "binimport-shared-" });
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  return folder;
}
