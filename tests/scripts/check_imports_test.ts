import assert from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../scripts/check_imports.ts", import.meta.url));

type Files = Readonly<Record<string, string>>;

/** Source of a module that imports another. */
const importing = (specifier: string) => `import { x } from "${specifier}";\nexport const y = x;\n`;

const LEAF = "export const x = 1;\n";

const WRONG: readonly {
  readonly name: string;
  readonly files: Files;
  readonly expected: string;
}[] = [
  {
    name: "core imports an adapter",
    files: { "core/a.ts": `// why\n${importing("../adapters/b.ts")}`, "adapters/b.ts": LEAF },
    expected: "core/a.ts:2: core may not import adapters/b.ts",
  },
  {
    name: "an adapter imports a command, in a multi-line statement",
    files: {
      "adapters/a.ts": 'import {\n  x,\n} from "../commands/b.ts";\nexport const y = x;\n',
      "commands/b.ts": LEAF,
    },
    expected: "adapters/a.ts:3: adapters may not import commands/b.ts",
  },
  {
    name: "locate imports config",
    files: { "locate/a.ts": importing("../config/b.ts"), "config/b.ts": LEAF },
    expected: "locate/a.ts:1: locate may not import config/b.ts",
  },
  {
    name: "config imports locate, only for a type",
    files: {
      "config/a.ts": 'import type { X } from "../locate/b.ts";\nexport type Y = X;\n',
      "locate/b.ts": "export type X = 1;\n",
    },
    expected: "config/a.ts:1: config may not import locate/b.ts",
  },
  {
    name: "a command imports an adapter past adapters/mod.ts",
    files: { "commands/a.ts": importing("../adapters/minio.ts"), "adapters/minio.ts": LEAF },
    expected: "commands/a.ts:1: commands may not import adapters/minio.ts",
  },
  {
    name: "cli.ts imports core",
    files: { "cli.ts": importing("./core/b.ts"), "core/b.ts": LEAF },
    expected: "cli.ts:1: cli.ts may not import core/b.ts",
  },
  {
    name: "mod.ts exports from commands",
    files: { "mod.ts": 'export * from "./commands/b.ts";\n', "commands/b.ts": LEAF },
    expected: "mod.ts:1: mod.ts may not import commands/b.ts",
  },
  {
    name: "core imports the library by its name",
    files: { "core/a.ts": importing("binimport"), "mod.ts": LEAF },
    expected: "core/a.ts:1: core may not import mod.ts",
  },
  {
    name: "core imports a test, when it runs",
    files: {
      "core/a.ts": 'export const y = await import("../tests/b.ts");\n',
      "tests/b.ts": LEAF,
    },
    expected: "core/a.ts:1: core may not import tests/b.ts",
  },
  {
    name: "an adapter imports a script for its effects",
    files: { "adapters/a.ts": 'import "../scripts/b.ts";\n', "scripts/b.ts": LEAF },
    expected: "adapters/a.ts:1: adapters may not import scripts/b.ts",
  },
  {
    name: "a module that belongs nowhere",
    files: { "util/a.ts": LEAF },
    expected: "util/a.ts:1: belongs to no part of the project",
  },
  {
    name: "console in core",
    files: { "core/a.ts": "\nconsole.log(1);\n" },
    expected: "core/a.ts:2: core may not use console",
  },
  {
    name: "the environment in an adapter, within a template",
    files: { "adapters/a.ts": 'export const y = `a ${Deno.env.get("HOME")} b`;\n' },
    expected: "adapters/a.ts:1: adapters may not use Deno.env",
  },
  {
    name: "the exit status in a command",
    files: { "commands/a.ts": "export const y = () =>\n  Deno\n    .exit(1);\n" },
    expected: "commands/a.ts:2: commands may not use Deno.exit",
  },
  {
    name: "arguments in mod.ts",
    files: { "mod.ts": "export const y = Deno.args;\n" },
    expected: "mod.ts:1: mod.ts may not use Deno.args",
  },
  {
    name: "a circle",
    files: {
      "core/a.ts": importing("./b.ts"),
      "core/b.ts": importing("./c.ts"),
      "core/c.ts": importing("./a.ts"),
    },
    expected: "core/a.ts:1: imports itself: core/a.ts → core/b.ts → core/c.ts → core/a.ts",
  },
];

for (const { name, files, expected } of WRONG) {
  Deno.test(`check_imports catches: ${name}`, async () => {
    const { code, lines } = await check(files);
    assert.deepEqual(lines, [expected]);
    assert.equal(code, 1);
  });
}

Deno.test("check_imports lets pass what only looks wrong", async () => {
  const { code, lines } = await check({
    "core/a.ts": [
      "/** console.log(1); import a from '../adapters/b.ts'; */",
      '// import a from "../adapters/b.ts"; Deno.exit(1)',
      'export const text = "Deno.env \'import(";',
      "export const template = `console.log ${text.replace(/[\"'`]/g, '`')} Deno.args`;",
      "export const half = text.length / 2; // ' a quote",
      "export const mine = (it: { console: string }) => it.console.length / 2;",
      'import type { B } from "./b.ts";',
      "export interface A {",
      "  b: B;",
      "}",
    ].join("\n"),
    "core/b.ts": 'import { type A } from "./a.ts";\nexport interface B {\n  a: A;\n}\n',
    "adapters/mod.ts": 'export { text } from "../core/a.ts";\n',
    "commands/a.ts": 'import { text } from "../adapters/mod.ts";\nconsole.log(text);\n',
    "cli.ts": 'import "./commands/a.ts";\nDeno.exit(Deno.args.length);\n',
    "docs/anything.ts": importing("../adapters/mod.ts"),
    ".hidden/anything.ts": importing("../adapters/mod.ts"),
  });
  assert.deepEqual(lines, []);
  assert.equal(code, 0);
});

/** Runs the script over a project of these files. */
async function check(files: Files): Promise<{ code: number; lines: string[] }> {
  const project = await Deno.makeTempDir({ prefix: "binimport-imports-" });
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(`${project}/${path}`), { recursive: true });
      await Deno.writeTextFile(`${project}/${path}`, text);
    }
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-R", SCRIPT, project],
      env: { NO_COLOR: "1" },
    }).output();
    return { code, lines: new TextDecoder().decode(stderr).split("\n").filter(Boolean) };
  } finally {
    await Deno.remove(project, { recursive: true });
  }
}
