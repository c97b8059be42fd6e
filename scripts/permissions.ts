/** What the program may do when it runs as a file of its own. */

/**
 * Everything, since Deno lets nobody read `/proc` who may not do everything, and `/proc` tells which
 * server listens where, as what it runs, and what is mounted for it. What the job does not take is
 * shut off otherwise: no code comes from the network (the launcher's other flags), native code
 * cannot be called (`scripts/pack/prepare.ts`), and nobody is asked for a permission.
 */
export const PERMISSIONS: readonly string[] = ["--allow-all", "--no-prompt"];
