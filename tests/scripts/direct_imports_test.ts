import { deepEqual } from "node:assert/strict";
import { directImports } from "../../scripts/bundle/direct_imports.ts";

function rewritten(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(directImports(new Map(Object.entries(files))));
}

Deno.test("direct imports: names come from where they are declared, through every entrance", () => {
  const files = {
    "cli.ts": 'import { a, type B, own as mine } from "./room/mod.ts";\n\nexport const x = a;\n',
    "room/mod.ts":
      'export { a } from "./inner/mod.ts";\nexport { type B } from "./b.ts";\n\nexport const own = 1;\n',
    "room/inner/mod.ts": 'export { first as a } from "./first.ts";\n',
    "room/inner/first.ts": "export const first = 1;\n",
    "room/b.ts": "export type B = 1;\n",
  };
  deepEqual(rewritten(files), {
    ...files,
    "cli.ts": 'import { first as a } from "./room/inner/first.ts";\n' +
      'import type { B } from "./room/b.ts";\n' +
      'import { own as mine } from "./room/mod.ts";\n\nexport const x = a;\n',
    "room/mod.ts": "\n\n\nexport const own = 1;\n",
    "room/inner/mod.ts": "\n",
  });
});

Deno.test("direct imports: what is loaded as a whole keeps all its names", () => {
  const files = {
    "cli.ts": 'const { a } = await import("./room/mod.ts");\n',
    "room/mod.ts": 'export { a } from "./a.ts";\n',
    "room/a.ts": "export const a = 1;\n",
  };
  deepEqual(rewritten(files), files);
});
