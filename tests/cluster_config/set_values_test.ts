import fc from "../support/property.ts";
import { deepEqual, equal, ok } from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { type BlockValues, keysFor, readBlock, valuesOf } from "../../cluster_config/binaries.ts";
import { parseSource, theClusterDocument } from "../../cluster_config/document.ts";
import { setValues } from "../../cluster_config/edit/mod.ts";
import type { Repository } from "../../core/storage/adapter.ts";
import {
  repository,
  type SampleFile,
  sampleFile,
  textOf,
} from "../support/cluster_config/file_arbitrary.ts";

const RUNS = { numRuns: 150 };

function set(text: string, to: Repository): string {
  return setValues(parseSource("x.yaml", text), wanted(text, to)).text;
}

/** What the block is to hold, in the spelling that it has. */
function wanted(text: string, to: Repository): BlockValues {
  return valuesOf(to, readBlock(theClusterDocument(parseSource("", text))).values);
}

type Mapping = { [key: string]: unknown };

/** What all documents say but for the four keys; read by the library alone, with all its types. */
function otherValues(text: string, values: BlockValues): unknown[] {
  return parseAllDocuments(text, { merge: true }).map((document) => {
    const value: { kind?: string; spec?: { binaries?: Mapping | null } } | null = document.toJS();
    if (value?.kind !== "ClusterConfig") return value;
    const others = Object.entries(value.spec?.binaries ?? {})
      .filter(([key]) => !keysFor(values).some((one) => one === key));
    return { ...value, spec: { ...value.spec, binaries: Object.fromEntries(others) } };
  });
}

Deno.test("every other value stays the same", () => {
  fc.assert(
    fc.property(sampleFile, repository, (file, to) => {
      const text = textOf(file);
      const values = wanted(text, to);
      deepEqual(otherValues(set(text, to), values), otherValues(text, values));
    }),
    RUNS,
  );
});

/** Lines of the block that are not about the four keys: comments, and the other keys. */
function otherLines({ block }: SampleFile, { externalRepository }: BlockValues): string[] {
  const kept = externalRepository === undefined
    ? /^\s*(?:#|other:|externalRepository:)/
    : /^\s*(?:#|other:)/;
  return block.split(/\r?\n/).filter((line) => kept.test(line));
}

Deno.test("every byte outside the block stays the same, and so do comments within it", () => {
  fc.assert(
    fc.property(sampleFile, repository, (file, to) => {
      const after = set(textOf(file), to);
      ok(after.startsWith(file.before), "what stands before the block");
      ok(after.endsWith(file.after), "what stands behind the block");
      const block = after.slice(file.before.length, after.length - file.after.length);
      let lines = block.split(/\r?\n/);
      if (file.block.startsWith(" {")) return;
      for (const line of otherLines(file, wanted(textOf(file), to))) {
        ok(lines.includes(line), `the line ${JSON.stringify(line)} is there, in its order`);
        lines = lines.slice(lines.indexOf(line) + 1);
      }
    }),
    RUNS,
  );
});

Deno.test("line ends, and the end of the file, stay as they are", () => {
  fc.assert(
    fc.property(sampleFile, repository, (file, to) => {
      const text = textOf(file);
      const after = set(text, to);
      equal(/[^\r]\n/.test(after), /[^\r]\n/.test(text), "bare line feeds");
      equal(after.includes("\r\n"), text.includes("\r\n"), "carriage returns");
      // A blank line that becomes the last one looks like a line end.
      if (file.after === "" && /\n\s*\n/.test(file.block)) return;
      equal(/\n$/.test(after), /\n$/.test(text), "the last line end");
    }),
    RUNS,
  );
});

Deno.test("what is set is read again, whoever reads it, and setting it again changes nothing", () => {
  fc.assert(
    fc.property(sampleFile, repository, (file, to) => {
      const after = set(textOf(file), to);
      const values = wanted(textOf(file), to);
      const keys = keysFor(values);
      const own = readBlock(theClusterDocument(parseSource("", after))).values;
      deepEqual(
        Object.fromEntries(keys.flatMap((key) => own[key] ? [[key, own[key]]] : [])),
        values,
      );
      for (const schema of ["core", "yaml-1.1"] as const) {
        const found = parseAllDocuments(after, { schema, merge: true })
          .map((document) => document.toJS()).find((one) => one?.kind === "ClusterConfig");
        const { binaries } = found.spec;
        const read = keys.filter((key) => key in binaries).map((key) => [key, binaries[key]]);
        deepEqual(Object.fromEntries(read), values);
      }
      equal(set(after, to), after);
    }),
    RUNS,
  );
});
