/** The examples in the library's documentation: each value has one, and all of them run. */
import { deepEqual } from "node:assert/strict";
import { fileURLToPath, pathToFileURL } from "node:url";
import project from "../../deno.json" with { type: "json" };
import { run } from "../support/run.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MODULES = ["mod.ts", "core/storage/conformance/mod.ts"] as const;

/** What `deno doc --json` tells of one exported symbol. */
interface Declaration {
  readonly kind: string;
  readonly location: { readonly filename: string };
  readonly jsDoc?: { readonly tags?: readonly { readonly kind: string }[] };
}

interface Documentation {
  readonly nodes: Readonly<
    Record<
      string,
      {
        readonly symbols: readonly {
          readonly name: string;
          readonly declarations: readonly Declaration[];
        }[];
      }
    >
  >;
}

const text = await run(Deno.execPath(), ["doc", "--json", ...MODULES], { cwd: ROOT });
const documentation: Documentation = JSON.parse(new TextDecoder().decode(text));
const symbols = Object.values(documentation.nodes).flatMap(({ symbols }) => symbols);

Deno.test("each value that the library exports has an example", () => {
  const values = symbols.filter(({ declarations: [first] }) =>
    ["function", "class", "variable"].includes(first?.kind ?? "")
  );
  const without = values.filter(({ declarations }) =>
    !declarations.some(({ jsDoc }) => jsDoc?.tags?.some(({ kind }) => kind === "example"))
  );
  deepEqual(without.map(({ name }) => name), ["conformanceCases", "runConformance"]); // in the module's own
});

Deno.test("all examples of the library are right and run", async () => {
  const files = new Set(
    symbols.flatMap(({ declarations }) => declarations)
      .map(({ location }) => fileURLToPath(location.filename).slice(ROOT.length)),
  );
  const folder = await Deno.makeTempDir({ prefix: "binimport-doc-" });
  try {
    await Deno.writeTextFile(`${folder}/deno.json`, exampleConfig());
    const flags = [
      "--doc",
      "--allow-all",
      "--quiet",
      "--no-lock",
      "--config",
      `${folder}/deno.json`,
    ];
    const env = { TMPDIR: folder }; // examples leave what they make
    await run(Deno.execPath(), ["test", ...flags, ...MODULES, ...files], { cwd: ROOT, env });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The project's configuration, but for imports: Deno adds one of all that the module exports. */
function exampleConfig(): string {
  const own = Object.entries(project.imports).map(([name, target]) => [
    name,
    target.startsWith("./") ? new URL(target, pathToFileURL(ROOT)).href : target,
  ]);
  const config = {
    imports: Object.fromEntries(own),
    compilerOptions: { ...project.compilerOptions, noUnusedLocals: false },
  };
  return JSON.stringify(config);
}
