import { match, ok } from "node:assert/strict";

Deno.test("docs/errors.md explains every error code", async () => {
  const read = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
  const [, union = ""] = /export type ErrorCode =([^;]*);/.exec(await read("core/errors.ts")) ?? [];
  const codes = [...union.matchAll(/\| "([a-z-]+)"/g)].map(([, code]) => code);
  ok(codes.length > 10, "the codes are found");
  const documented = await read("docs/errors.md");
  for (const code of codes) {
    match(documented, new RegExp(`\\| \`${code}\` +\\|`), `${code} is documented`);
  }
});
