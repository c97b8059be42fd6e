/** What Deno is told when it runs the program as a file of its own. */

/**
 * It may do everything, since Deno lets nobody read `/proc` who may not do everything, and `/proc`
 * tells which server listens where, as what it runs, and what is mounted for it. What the job does
 * not take is shut off otherwise: no code comes from the network (the launcher's other flags), native
 * code cannot be called (`scripts/pack/prepare.ts`), and nobody is asked for a permission.
 */
const PERMISSIONS = ["--allow-all", "--no-prompt"];

/**
 * Objects die young here, so a quarter of V8's 16 MiB for new ones does: it takes up to 30 MB less
 * memory for thousands of small files, and no more time. What lives on is collected when it has grown by a
 * fifth, not by up to four times: 175 to 199 MB for 100,000 files, not 206.
 */
const MEMORY = ["--v8-flags=--max-semi-space-size=4,--heap-growing-percent=20"];

/** All of it, as `deno run` and `deno compile` take it. */
export const PROGRAM_FLAGS: readonly string[] = [...PERMISSIONS, ...MEMORY];
