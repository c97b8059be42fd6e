import assert from "node:assert/strict";
import { foreignUses } from "../../scripts/foreign/uses.ts";

const SCRIPT = new URL("../../scripts/check_foreign.ts", import.meta.url).pathname;

const FOUND: readonly (readonly [source: string, kind: string])[] = [
  ["const t = await Deno.readTextFile(path);", "file"],
  ["using f = Deno.openSync(path);", "file"],
  ['import { readFileSync } from "node:fs";\nreadFileSync(path, "utf8");', "file"],
  ['import { mkdir, readFile } from "node:fs/promises";', "file"],
  ["const u = new URL(location, at);", "address"],
  ["const u = new URL(`http://${host}/`);", "address"],
  ["const u = URL.parse(text);", "address"],
  ["const r = new RegExp(`^${source}$`);", "pattern"],
  ["const t = await new Response(body).text();", "body"],
  ["const j = await answer.json();", "body"],
  ["const b = await new Response(await adapter.get(key)).bytes();", "body"],
];

for (const [source, kind] of FOUND) {
  Deno.test(`what takes from others is found (${kind}): ${source.replace("\n", " ")}`, () => {
    assert.deepEqual(foreignUses(source).map((one) => one.kind), [kind]);
  });
}

Deno.test("what is ours, or only looks like it, is not found", () => {
  const source = `
    // Deno.readTextFile(path), new URL(x)
    const text = "URL.parse(x) new RegExp(y)";
    const here = new URL("licenses.txt", Deno.mainModule);
    async function readFile(path: string) {}
    await readFile(path);
    const bytes = await entry.bytes();
    const pattern = /new RegExp\\(/;
  `;
  assert.deepEqual(foreignUses(source), []);
});

async function check(project: string): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-R", "--no-lock", SCRIPT, project],
    clearEnv: true,
    env: { NO_COLOR: "1", HOME: Deno.env.get("HOME") ?? "/" },
  }).output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("a call past core/util is an error, with its place and what to call instead", async () => {
  const project = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${project}/serve`);
    await Deno.writeTextFile(
      `${project}/serve/a.ts`,
      "export const x = 1;\nexport const read = (p: string) => Deno.readFile(p);\n",
    );
    const { code, text } = await check(project);
    assert.equal(code, 1);
    assert.match(text, /^serve\/a\.ts:2: Deno\.readFile\(…: .*core\/util\/foreign_file\.ts$/m);
  } finally {
    await Deno.remove(project, { recursive: true });
  }
});
