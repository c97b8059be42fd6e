/** Keys that stand twice in one mapping. */
import { type Document, isScalar, visit } from "yaml";
import { isMergeKey } from "./nodes.ts";

/** A key and where it stands again. */
export interface DuplicateKey {
  /** The key. */
  readonly key: string;
  /** The offset of its second occurrence. */
  readonly offset: number;
}

/** The duplicate keys of a document, in the order of the text. */
export function duplicateKeys(document: Document.Parsed): DuplicateKey[] {
  const found: DuplicateKey[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key) || isMergeKey(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) found.push({ key: name, offset: key.range?.[0] ?? 0 });
        seen.add(name);
      }
    },
  });
  return found;
}
