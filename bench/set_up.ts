/** What has to be there before the clock starts. */
import { $ } from "zx";
import { startNginx } from "../tests/nginx_server.ts";
import { type Arena, intoWebRoot } from "./contender.ts";
import { measure } from "./measure.ts";

/** What was set up, until it is disposed of. */
export interface Ready extends AsyncDisposable {
  /** Where the arena's folder is served. */
  readonly url?: string;
}

/** The package, imported into the folder, which nginx serves. */
export async function served(arena: Arena): Promise<Ready> {
  await measure(intoWebRoot.commands(arena));
  // Run by root, nginx reads as `nobody`.
  await $`chmod a+rx ${arena.folder} ${arena.folder}/..`;
  return await startNginx(arena.folder);
}

/** The package, unpacked into the folder. */
export async function unpacked({ corpus, folder }: Arena): Promise<Ready> {
  await $`tar -xzf ${corpus.path} --strip-components=1 -C ${folder}`;
  return { [Symbol.asyncDispose]: () => Promise.resolve() };
}
