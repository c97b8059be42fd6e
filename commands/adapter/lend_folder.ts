/** A place for an adapter that wants a folder and is given none. */

/** Makes an empty folder, which servers of other users may enter as well. */
export async function lendFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-check-" });
  await Deno.chmod(folder, 0o755);
  return folder;
}
