/** What a module imports, and which globals of the process it touches. */
import { maskSource } from "./masked_source.ts";

/** One import, export-from or dynamic import. */
export interface ImportStatement {
  /** As written, such as `../core/key.ts`. */
  readonly specifier: string;
  readonly line: number;
  /** Gone at run time. */
  readonly typeOnly: boolean;
  /** `export * from`: hands on whatever there is, without a name. */
  readonly unnamed: boolean;
}

/** One use of the process: `console`, `Deno.env`, `Deno.exit`, `Deno.args`. */
export interface GlobalUse {
  readonly name: string;
  readonly line: number;
}

/** A module, as far as its place in the project goes. */
export interface ModuleSource {
  readonly imports: readonly ImportStatement[];
  readonly globals: readonly GlobalUse[];
}

/** Each ends where the specifier's opening quote stands. */
const IMPORTS = [
  /\b(?:import|export)\s+(?<clause>(?:type\s+)?[\w$\s{},*]+?)\s*\bfrom\s*(?=["'])/g,
  /\bimport\s*(?=["'])/g,
  /\bimport\s*\(\s*(?=["'])/g,
];

const GLOBALS =
  /(?<![\w$.#])(?:console(?=\s*[.[])|(?:Deno|process)\s*\.\s*(?:env|exit|args|argv)\b)/g;

/** Reads a module's source. */
export function readModule(source: string): ModuleSource {
  const { code, texts } = maskSource(source);
  const lineOf = (offset: number) => code.slice(0, offset).split("\n").length;
  const imports = IMPORTS.flatMap((pattern) =>
    [...code.matchAll(pattern)].flatMap((found): ImportStatement[] => {
      const quote = found.index + found[0].length;
      const specifier = texts.get(quote);
      const clause = found.groups?.["clause"] ?? "";
      const unnamed = found[0].startsWith("export") && clause.trim() === "*";
      return specifier === undefined
        ? []
        : [{ specifier, line: lineOf(quote), typeOnly: isTypeOnly(clause), unnamed }];
    })
  );
  const globals = [...code.matchAll(GLOBALS)]
    .map(({ 0: name, index }) => ({ name: name.replace(/\s/g, ""), line: lineOf(index) }));
  return { imports, globals };
}

/** `type …`, or braces in which every name is a type. */
function isTypeOnly(clause: string): boolean {
  if (/^type\s+(?!,)/.test(clause)) return true;
  const [, names] = /^\{(.*)\}$/s.exec(clause.trim()) ?? [];
  if (names === undefined) return false;
  return names.split(",").every((name) => name.trim() === "" || /^type\s/.test(name.trim()));
}
