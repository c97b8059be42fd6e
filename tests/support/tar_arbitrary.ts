/** Archives for property tests. */
import fc from "./property.ts";
import { noise } from "./chunks.ts";
import type { Encoding, ModelEntry } from "./tar_model.ts";

const MIB = 1 << 20;

const component = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
  fc.constantFrom("..foo", "...", "%2F", " ", "-rf", "e\u0301", "é", "\ufeff", "a:b", "x\\y", "😀"),
  fc.integer({ min: 90, max: 255 }).map((length) => "n".repeat(length)),
).filter((text) => text.isWellFormed() && !text.includes("\0") && !text.includes("/"));

const path = fc.array(component, { minLength: 1, maxLength: 8 }).map((parts) => parts.join("/"));

const size = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(0, 1, 511, 512, 513, 1023, 1024, 1025, 10_240) },
  { weight: 1, arbitrary: fc.constantFrom(MIB - 512, MIB - 1, MIB, MIB + 1) },
);

const mode = fc.integer({ min: 1, max: 0o7777 }); // tar-stream writes 0 as a default
const none = new Uint8Array(0);
const content = noise(2 * MIB);

const entry: fc.Arbitrary<ModelEntry> = fc.oneof(
  fc.record({ name: path, mode, size }).map(({ size, ...rest }) => {
    const body = content.subarray(size % 1000, size % 1000 + size);
    return { ...rest, type: "file" as const, linkName: "", body };
  }),
  fc.record({ name: path.map((name) => `${name}/`), mode }).map((rest) => {
    return { ...rest, type: "directory" as const, linkName: "", body: none };
  }),
  fc.record({
    name: path,
    mode,
    type: fc.constantFrom("hardlink" as const, "symlink" as const),
    linkName: path,
  }).map((rest) => ({ ...rest, body: none })),
);

/** Entries of an archive, names and sizes at all the limits there are. */
export const modelEntries: fc.Arbitrary<ModelEntry[]> = fc.array(entry, { maxLength: 8 });
/** Positions at which to cut a file of up to 3 MiB into chunks. */
export const cutPositions: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 0, max: 3 * MIB }), {
  maxLength: 30,
});
/** A way to write each entry. */
export const encodings: fc.Arbitrary<Encoding[]> = fc.array(
  fc.constantFrom<Encoding>("ustar", "pax", "gnu"),
  { minLength: 8, maxLength: 8 },
);

/** Positions taken into the range of these bytes. */
export function inRange(positions: readonly number[], { length }: Uint8Array): number[] {
  return positions.map((position) => position % (length + 1));
}
