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
    files: {
      "core/util/a.ts": `// why\n${importing("../../adapters/mod.ts")}`,
      "adapters/mod.ts": LEAF,
    },
    expected: "core/util/a.ts:2: core/util may not import adapters/mod.ts",
  },
  {
    name: "packages import the importer, their user",
    files: {
      "core/packages/a.ts": importing("../importer/mod.ts"),
      "core/importer/mod.ts": LEAF,
    },
    expected: "core/packages/a.ts:1: core/packages may not import core/importer/mod.ts",
  },
  {
    name: "a sub-room imports the one beside it",
    files: {
      "core/packages/tar/a.ts": importing("../iso9660/mod.ts"),
      "core/packages/iso9660/mod.ts": LEAF,
    },
    expected:
      "core/packages/tar/a.ts:1: core/packages/tar may not import core/packages/iso9660/mod.ts",
  },
  {
    name: "an adapter imports another one",
    files: {
      "adapters/minio/a.ts": importing("../http_put/mod.ts"),
      "adapters/http_put/mod.ts": LEAF,
    },
    expected: "adapters/minio/a.ts:1: adapters/minio may not import adapters/http_put/mod.ts",
  },
  {
    name: "a room is entered past its entrance",
    files: { "adapters/a.ts": importing("../core/storage/key.ts"), "core/storage/key.ts": LEAF },
    expected:
      "adapters/a.ts:1: adapters may enter core/storage only by its mod.ts, not by core/storage/key.ts",
  },
  {
    name: "an entrance hands on whatever a module has",
    files: { "core/storage/mod.ts": 'export * from "./key.ts";\n', "core/storage/key.ts": LEAF },
    expected: "core/storage/mod.ts:1: re-exports core/storage/key.ts without names",
  },
  {
    name: "a verb takes a part of another verb",
    files: { "cli/import/run.ts": importing("../verify/run.ts"), "cli/verify/run.ts": LEAF },
    expected:
      "cli/import/run.ts:1: cli may enter cli/verify only by its mod.ts, not by cli/verify/run.ts",
  },
  {
    name: "an adapter imports a verb, in a multi-line statement",
    files: {
      "adapters/a.ts": 'import {\n  x,\n} from "../cli/b.ts";\nexport const y = x;\n',
      "cli/b.ts": LEAF,
    },
    expected: "adapters/a.ts:3: adapters may not import cli/b.ts",
  },
  {
    name: "locate imports cluster_config",
    files: { "locate/a.ts": importing("../cluster_config/mod.ts"), "cluster_config/mod.ts": LEAF },
    expected: "locate/a.ts:1: locate may not import cluster_config/mod.ts",
  },
  {
    name: "cluster_config imports locate, only for a type",
    files: {
      "cluster_config/a.ts": 'import type { X } from "../locate/mod.ts";\nexport type Y = X;\n',
      "locate/mod.ts": "export type X = 1;\n",
    },
    expected: "cluster_config/a.ts:1: cluster_config may not import locate/mod.ts",
  },
  {
    name: "a verb imports an adapter past adapters/mod.ts",
    files: { "cli/a.ts": importing("../adapters/minio/mod.ts"), "adapters/minio/mod.ts": LEAF },
    expected: "cli/a.ts:1: cli may not import adapters/minio/mod.ts",
  },
  {
    name: "cli.ts imports core",
    files: { "cli.ts": importing("./core/util/b.ts"), "core/util/b.ts": LEAF },
    expected: "cli.ts:1: cli.ts may not import core/util/b.ts",
  },
  {
    name: "mod.ts exports from the command line",
    files: { "mod.ts": 'export * from "./cli/b.ts";\n', "cli/b.ts": LEAF },
    expected: "mod.ts:1: mod.ts may not import cli/b.ts",
  },
  {
    name: "core imports the library by its name",
    files: { "core/http/a.ts": importing("binimport"), "mod.ts": LEAF },
    expected: "core/http/a.ts:1: core/http may not import mod.ts",
  },
  {
    name: "core imports a test, when it runs",
    files: {
      "core/util/a.ts": 'export const y = await import("../../tests/b.ts");\n',
      "tests/b.ts": LEAF,
    },
    expected: "core/util/a.ts:1: core/util may not import tests/b.ts",
  },
  {
    name: "an adapter imports a script for its effects",
    files: { "adapters/a.ts": 'import "../scripts/b.ts";\n', "scripts/b.ts": LEAF },
    expected: "adapters/a.ts:1: adapters may not import scripts/b.ts",
  },
  {
    name: "a module that belongs nowhere",
    files: { "util/a.ts": LEAF },
    expected: "util/a.ts:1: belongs to no room of the project",
  },
  {
    name: "a module of core outside of its rooms",
    files: { "core/a.ts": LEAF },
    expected: "core/a.ts:1: belongs to no room of the project",
  },
  {
    name: "console in core",
    files: { "core/util/a.ts": "\nconsole.log(1);\n" },
    expected: "core/util/a.ts:2: core/util may not use console",
  },
  {
    name: "the environment in an adapter, within a template",
    files: { "adapters/a.ts": 'export const y = `a ${Deno.env.get("HOME")} b`;\n' },
    expected: "adapters/a.ts:1: adapters may not use Deno.env",
  },
  {
    name: "the exit status in a verb",
    files: { "cli/a.ts": "export const y = () =>\n  Deno\n    .exit(1);\n" },
    expected: "cli/a.ts:2: cli may not use Deno.exit",
  },
  {
    name: "arguments in mod.ts",
    files: { "mod.ts": "export const y = Deno.args;\n" },
    expected: "mod.ts:1: mod.ts may not use Deno.args",
  },
  {
    name: "a cycle",
    files: {
      "core/util/a.ts": importing("./b.ts"),
      "core/util/b.ts": importing("./c.ts"),
      "core/util/c.ts": importing("./a.ts"),
    },
    expected:
      "core/util/a.ts:1: imports itself: core/util/a.ts → core/util/b.ts → core/util/c.ts → core/util/a.ts",
  },
  {
    name: "a cycle of types",
    files: {
      "serve/a.ts": 'import type { B } from "./b.ts";\nexport interface A {\n  b: B;\n}\n',
      "serve/b.ts": 'import { type A } from "./a.ts";\nexport interface B {\n  a: A;\n}\n',
    },
    expected: "serve/a.ts:1: imports itself: serve/a.ts → serve/b.ts → serve/a.ts",
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
    "core/util/a.ts": [
      "/** console.log(1); import a from '../../adapters/b.ts'; */",
      '// import a from "../../adapters/b.ts"; Deno.exit(1)',
      'export const text = "Deno.env \'import(";',
      "export const template = `console.log ${text.replace(/[\"'`]/g, '`')} Deno.args`;",
      "export const half = text.length / 2; // ' a quote",
      "export const mine = (it: { console: string }) => it.console.length / 2;",
    ].join("\n"),
    "core/packages/tar/mod.ts": 'export { text } from "../names.ts";\n',
    "core/packages/names.ts": 'export { text } from "../util/a.ts";\n',
    "core/packages/find.ts": 'export { text } from "./tar/mod.ts";\n',
    "adapters/mod.ts": 'export { text } from "../core/util/a.ts";\n',
    "cli/list/run.ts": 'import { text } from "../../adapters/mod.ts";\nconsole.log(text);\n',
    "cli/list/command.ts": 'await import("./run.ts");\n',
    "cli/program.ts": 'import "./list/command.ts";\n',
    "cli.ts": 'import "./cli/program.ts";\nDeno.exit(Deno.args.length);\n',
    "tests/core/find_test.ts": 'import "../../core/packages/find.ts";\n',
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
