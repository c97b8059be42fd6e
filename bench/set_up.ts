/** What has to be there before the clock starts. */
import { setTimeout as delay } from "node:timers/promises";
import { $ } from "zx";
import { type NginxServer, startNginx } from "../tests/support/nginx_server.ts";
import { startServing } from "../tests/support/serve/process.ts";
import type { Arena } from "./contender.ts";
import { corpus } from "./corpus.ts";
import { measure } from "./measure.ts";
import { intoWebRoot } from "./web_roots.ts";

/** What was set up, until it is disposed of. */
export interface Ready extends AsyncDisposable {
  /** Where the arena's folder is served. */
  readonly url?: string;
  /** Where `binimport serve` serves it. */
  readonly ownUrl?: string;
}

/** The package, imported into the folder, which nginx serves. */
export async function served(arena: Arena): Promise<NginxServer> {
  await measure(intoWebRoot.commands(arena));
  // Run by root, nginx reads as `nobody`.
  await $`chmod a+rx ${arena.folder} ${arena.folder}/..`;
  return await startNginx(arena.folder, { directives: "sendfile on; tcp_nopush on;" });
}

/** As {@linkcode served}, with `binimport serve` beside nginx. */
export async function servedByBoth(arena: Arena): Promise<Ready> {
  const nginx = await served(arena);
  const own = await startServing(arena.folder);
  // Files fresh from an import are read once more: no clock runs while that goes on.
  await delay(1500);
  while ((await (await fetch(own.origin)).text()).includes("data-checking>")) await delay(100);
  return {
    url: nginx.url,
    ownUrl: `${own.origin}/`,
    async [Symbol.asyncDispose]() {
      await own[Symbol.asyncDispose]();
      await nginx[Symbol.asyncDispose]();
    },
  };
}

/** The package `large`, imported into the folder some time ago. */
export async function imported(arena: Arena): Promise<Ready> {
  await measure(intoWebRoot.commands({ ...arena, corpus: await corpus("large") }));
  await delay(1100); // files written within the second under way are looked at again in any case
  return nothing;
}

const nothing: Ready = { [Symbol.asyncDispose]: () => Promise.resolve() };

/** The package, unpacked into the folder. */
export async function unpacked({ corpus, folder }: Arena): Promise<Ready> {
  await $`tar -xzf ${corpus.path} --strip-components=1 -C ${folder}`;
  return nothing;
}
