/** Declarations of the library's modules, one file for each. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";

/** A module of ours that a declaration names, in an import, an export or a type. */
const RELATIVE = /(["'])(\.{1,2}\/[^"']+)\.ts\1/g;

/**
 * Writes the declarations of these modules, and of all that they name, below a folder. Each is made
 * from its own source alone: every exported thing has its type written down.
 */
export async function writeTypes(
  root: string,
  modules: readonly string[],
  folder: string,
): Promise<void> {
  const queue = [...modules];
  const seen = new Set(queue);
  for (const module of queue) {
    const declaration = declarationOf(module, await readFile(join(root, module), "utf8"));
    for (const { fileName } of ts.preProcessFile(declaration).importedFiles) {
      if (!fileName.startsWith(".")) continue;
      const next = normalize(join(dirname(module), fileName));
      if (!seen.has(next)) queue.push(next);
      seen.add(next);
    }
    const path = join(folder, module.replace(/\.ts$/, ".d.ts"));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, declaration.replace(RELATIVE, "$1$2.js$1"));
  }
}

function declarationOf(module: string, source: string): string {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(source, {
    fileName: module,
    reportDiagnostics: true,
    compilerOptions: {
      isolatedDeclarations: true,
      declaration: true,
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      stripInternal: true,
    },
  });
  const [first] = diagnostics;
  if (first === undefined) return withoutNode(withoutTwins(outputText));
  throw new Error(`${module}: ${ts.flattenDiagnosticMessageText(first.messageText, "\n")}`);
}

/** TypeScript 5.9 declares a method `[Symbol.iterator]()` of a class as a property, too. */
function withoutTwins(declaration: string): string {
  return declaration.replace(
    /^ +(\[Symbol\.\w+\]): \(\) => .*;\n/gm,
    (property, name) => declaration.includes(`${name}(): `) ? "" : property,
  );
}

/** Who uses the library need not have the types of Node, where a Buffer is a Uint8Array. */
function withoutNode(declaration: string): string {
  return declaration.replace(
    'import { Buffer } from "node:buffer";',
    "type Buffer = Uint8Array;",
  );
}
