/** What `adapter new` writes: examples/adapters/folder.ts and its test, with the author's names. */

const EXAMPLES = new URL("../../examples/adapters/", import.meta.url);

/** What stands for the file and the adapter in them. */
const NAMES: readonly (readonly [text: string, inTemplate: string])[] = [
  ["folder.ts", "{{FILE}}"],
  ["The adapter folder:", "The adapter {{NAME}}:"],
  ['name: "folder"', 'name: "{{NAME}}"'],
  ['target: "folder:"', 'target: "{{NAME}}:"'],
  ['"folder-"', '"{{NAME}}-"'],
];

/** Both as templates. */
export async function adapterTemplates(): Promise<{ adapter: string; test: string }> {
  const [adapter = "", test = ""] = await Promise.all(
    ["folder.ts", "folder_test.ts"].map((name) => Deno.readTextFile(new URL(name, EXAMPLES))),
  );
  return { adapter: template(adapter), test: template(test) };
}

function template(text: string): string {
  return NAMES.reduce((filled, [from, to]) => filled.replaceAll(from, to), text);
}
