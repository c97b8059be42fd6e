/** Adapters that are wrong in one way each, and the conformance case that finds it. */
import assert from "node:assert/strict";
import { memoryAdapter, type MemoryObject } from "../../adapters/memory.ts";
import type { PutSource, StorageAdapter } from "../../core/storage/adapter.ts";
import {
  conformanceCases,
  type ConformanceContext,
  type ConformanceResult,
  runConformance,
} from "../../core/storage/conformance/mod.ts";
import { bytesSource, chunksOf } from "../../core/storage/put_source.ts";
import { type Changes, delegate } from "../../core/storage/wrappers/calls.ts";
import { collect } from "./chunks.ts";

/** The objects of one place. */
export type Objects = Map<string, MemoryObject>;

/** A defect, and what finds it. */
export interface Defect {
  /** How the adapter differs from one that conforms. */
  readonly changes: (objects: Objects, inner: StorageAdapter) => Changes;
  /** The adapter, where changes to methods do not express it. */
  readonly adapter?: (inner: StorageAdapter) => StorageAdapter;
  /** The case that is to fail. */
  readonly caseName: string;
  /** What its author is to be told. */
  readonly reason: RegExp;
}

/** Registers a test for each defect: the case must fail, and say why. */
export function expectFound(defects: Readonly<Record<string, Defect>>): void {
  for (const [name, defect] of Object.entries(defects)) {
    Deno.test(`an adapter that ${name} is found by "${defect.caseName}"`, async () => {
      const { outcome, reason } = await resultOf(contextOf(defect), defect.caseName);
      assert.equal(outcome, "failed");
      assert.match(reason ?? "", defect.reason);
    });
  }
}

/** A place whose adapter has the defect. */
export function contextOf({ changes, adapter }: Defect): ConformanceContext {
  const objects: Objects = new Map();
  const open = () => {
    const inner = memoryAdapter(objects);
    const changed = delegate(inner, changes(objects, inner));
    return Promise.resolve(adapter?.(changed) ?? changed);
  };
  return { open, secrets: ["hush"], settleTime: 50 };
}

async function resultOf(context: ConformanceContext, name: string): Promise<ConformanceResult> {
  const cases = conformanceCases.filter((one) => one.name === name);
  assert.equal(cases.length, 1, `there is no case "${name}"`);
  for await (const result of runConformance(context, { cases })) return result;
  assert.fail("no result");
}

/** No changes. */
export const none = (): Changes => ({});

/** Some milliseconds later. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A source of all the bytes, however many were announced. */
export async function allOf(source: PutSource): Promise<PutSource> {
  return bytesSource(await collect(chunksOf(source)));
}
