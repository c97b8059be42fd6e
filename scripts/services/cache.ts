/** Where provisioned programs and generated packages are kept: outside the tree. */

/**
 * The folder: `$BINIMPORT_TEST_CACHE`, else `binimport-test` in the user's cache. Programs are in
 * its `bin/`.
 */
export function cacheFolder(): string {
  const { BINIMPORT_TEST_CACHE, XDG_CACHE_HOME, HOME } = Deno.env.toObject();
  return BINIMPORT_TEST_CACHE || `${XDG_CACHE_HOME || `${HOME}/.cache`}/binimport-test`;
}

/** Folders in which programs are looked for, first one first. Debian keeps nginx in /usr/sbin. */
export function programFolders(): string[] {
  const path = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  const others = ["/usr/sbin", "/usr/local/go/bin", "/usr/lib/cni"];
  return [`${cacheFolder()}/bin`, ...path, ...others];
}

/** The path of a program; undefined when it is in none of {@linkcode programFolders}. */
export function findProgram(name: string): string | undefined {
  return programFolders().map((folder) => `${folder}/${name}`).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
