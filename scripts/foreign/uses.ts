/** Calls that are safe only with what is ours: found in a module's source. */
import { maskSource } from "../imports/masked_source.ts";
import type { Kind } from "./allowed.ts";

/** One such call. */
export interface ForeignUse {
  readonly kind: Kind;
  /** As it is written. */
  readonly call: string;
  readonly line: number;
}

const FILE_CALLS =
  /(?<![\w$.])(?:(?:Deno|fs)\s*\.\s*(?:open|readFile|readTextFile|createReadStream)(?:Sync)?|readFileSync|openSync|createReadStream)\s*\(/g;

/** `Deno.readFile` and `readFile` of node:fs/promises; other functions may be called so, too. */
const FILE_IMPORTS = /\bimport\s*\{[^}]*\b(?:readFile|open)\b[^}]*\}\s*from\s*"/g;

const ADDRESS_CALLS = /\bnew\s+URL\s*\(\s*(?!["])|\bURL\s*\.\s*(?:parse|canParse)\s*\(/g;

const PATTERN_CALLS = /\bnew\s+RegExp\s*\(/g;

const BODY_CALLS =
  /\.\s*(?:text|json|arrayBuffer|blob)\s*\(\s*\)|\bnew\s+Response\s*\([^;]*\)\s*\.\s*bytes\s*\(/g;

/** The calls in a source, in its order. */
export function foreignUses(source: string): ForeignUse[] {
  const { code, texts } = maskSource(source);
  const found = (kind: Kind, calls: RegExp) =>
    [...code.matchAll(calls)].map(({ 0: call, index }) => ({ kind, call, index }));
  const imports = found("file", FILE_IMPORTS).filter(({ call, index }) =>
    texts.get(index + call.length - 1) === "node:fs/promises"
  );
  return [
    ...imports,
    ...found("file", FILE_CALLS),
    ...found("address", ADDRESS_CALLS),
    ...found("pattern", PATTERN_CALLS),
    ...found("body", BODY_CALLS),
  ].sort((a, b) => a.index - b.index).map(({ kind, call, index }) => ({
    kind,
    call: call.replace(/\s+/g, " ").trim(),
    line: code.slice(0, index).split("\n").length,
  }));
}
