import { doesNotMatch, match } from "node:assert/strict";
import { emptyManifest } from "../../core/storage/mod.ts";
import { indexAnswerer } from "../../serve/index/mod.ts";
import { parseRequestPath } from "../../serve/lookup.ts";
import { webRoot } from "../support/web_root.ts";

Deno.test("index: an import that ended shows at once", async () => {
  using root = webRoot();
  let manifest = emptyManifest();
  const answer = indexAnswerer(root.path, {
    manifest: () => Promise.resolve(manifest),
    find: () => "unrecorded",
  });
  const wanted = parseRequestPath("http://h/");
  const pageNow = async () => {
    const { body } = await answer(new Headers(), wanted ?? fail());
    return new TextDecoder().decode(body instanceof Uint8Array ? body : fail());
  };
  doesNotMatch(await pageNow(), /kubelet/);
  Deno.writeTextFileSync(`${root.path}/kubelet`, "x");
  manifest = emptyManifest();
  match(await pageNow(), /kubelet/);
});

function fail(): never {
  throw new Error("no page");
}
