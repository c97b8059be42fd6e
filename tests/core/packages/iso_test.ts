import { deepEqual, equal } from "node:assert/strict";
import { findPackages } from "../../../core/packages/find.ts";
import type { ReadOptions } from "../../../core/packages/package.ts";
import { failsWith } from "../../support/fails_with.ts";
import {
  both32,
  FREE_BLOCK,
  isoDirectory,
  isoImage,
  ROOT_BLOCK,
  susp,
} from "../../support/iso_builder.ts";
import { sha256 } from "../../support/tar_model.ts";

const encoder = new TextEncoder();

/** What an image gives: contents by key, copies as `= key`. */
async function read(image: Uint8Array, options?: ReadOptions): Promise<Record<string, string>> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-iso-" });
  try {
    await Deno.writeFile(`${folder}/x.iso`, image);
    const stdin = () => ReadableStream.from([]);
    const [one] = await findPackages([`${folder}/x.iso`], { stdin });
    const reading = one?.read(options);
    const found: Record<string, string> = {};
    for await (const item of reading?.items ?? []) {
      if (item.kind === "copy") found[item.key] = `= ${item.of}`;
      if (item.kind === "file") found[item.key] = new TextDecoder().decode(await item.bytes());
    }
    equal(reading?.sha256(), sha256(image), "the digest is that of the whole image");
    return found;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function nm(name: string): Uint8Array {
  return susp("NM", 0, ...encoder.encode(name));
}

const CONTENT = encoder.encode("content of a file");

/** A file in a folder, besides one at the top; the former begins at a block. */
function withFolder(block: number): Uint8Array {
  const folder = isoDirectory([
    { name: "\0", flags: 2 },
    { name: "C.RPM;1", block, size: 7 },
  ]);
  return isoImage([
    { name: "A.TXT;1", block: FREE_BLOCK, size: CONTENT.length },
    { name: "B.;1" },
    { name: "SUB", block: FREE_BLOCK + 1, size: 2048, flags: 2 },
  ], [CONTENT, folder, CONTENT]);
}

Deno.test("ISO: a plain image, its names as Linux shows them", async () => {
  deepEqual(await read(withFolder(FREE_BLOCK + 2)), {
    "a.txt": "content of a file",
    b: "",
    "sub/c.rpm": "content",
  });
  deepEqual(await read(withFolder(FREE_BLOCK + 2), { stripComponents: 1 }), { "c.rpm": "content" });
});

Deno.test("ISO: files of one extent are copies of the one that is wanted", async () => {
  const file = { block: FREE_BLOCK, size: CONTENT.length };
  const image = isoImage([{ name: "A;1", ...file }, { name: "B;1", ...file }], [CONTENT]);
  deepEqual(await read(image), { a: "content of a file", b: "= a" });
  deepEqual(await read(image, { wanted: (key) => key === "b" }), { b: "content of a file" });
});

Deno.test("ISO: a file of several extents is one, if they lie in one piece", async () => {
  const [first, second] = [new Uint8Array(2048).fill(0x61), encoder.encode("b")];
  const records = (next: number) => [
    { name: "BIG;1", block: FREE_BLOCK, size: 2048, flags: 0x80 },
    { name: "BIG;1", block: next, size: 1 },
  ];
  const blocks = [first, second, second];
  deepEqual(await read(isoImage(records(FREE_BLOCK + 1), blocks)), { big: "a".repeat(2048) + "b" });
  await failsWith(
    "package-unsupported",
    /in several pieces/,
    () => read(isoImage(records(FREE_BLOCK + 2), blocks)),
  );
});

Deno.test("ISO: Rock Ridge names, also in pieces and in another area", async () => {
  const area = joined(nm("name-that-"), nm("goes on"));
  const image = isoImage(
    [
      { name: "A;1", extension: susp("NM", 1, ...encoder.encode("first-")) },
      {
        name: "B;1",
        extension: susp("CE", ...both32(FREE_BLOCK), ...both32(0), ...both32(area.length)),
      },
      { name: "L;1", extension: joined(nm("link"), susp("SL", 0, 4, 0, 0, 1, 0x78)) },
    ],
    [area],
    { rockRidge: true },
  );
  const error = await failsWith(
    "package-hostile",
    /"link" is refused: it leads out/,
    () => read(image),
  );
  equal(error.hint?.includes("--exclude"), true);
  const wanted = (key: string) => key !== "link";
  deepEqual(await read(image, { wanted }), { "first-": "", "name-that-goes on": "" });
});

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const HOSTILE: Readonly<Record<string, [Uint8Array, RegExp]>> = {
  "a name that climbs": [named(".."), /"\.\." in it is not a file name/],
  "a name with a slash": [named("../../etc/passwd"), /in it is not a file name/],
  "a name of ours": [named(".binimport"), /claims \.binimport/],
  "a name with NUL": [named("a\0b"), /NUL/],
  "a name with a backslash": [named("a\\b"), /backslash/],
  "a name that is not UTF-8": [
    isoImage([{ name: "A;1", extension: susp("NM", 0, 0xff) }], [], { rockRidge: true }),
    /not valid UTF-8/,
  ],
  "bytes of two files": [withFolder(FREE_BLOCK), /part of another file too/],
  "a device": [
    isoImage(
      [{
        name: "A;1",
        extension: susp("PX", ...both32(0o020644), ...both32(1), ...both32(0), ...both32(0)),
      }],
      [],
      { rockRidge: true },
    ),
    /a device or a pipe/,
  ],
};

function named(name: string): Uint8Array {
  return isoImage([{ name: "A;1", extension: nm(name) }], [], { rockRidge: true });
}

for (const [what, [image, message]] of Object.entries(HOSTILE)) {
  Deno.test(`ISO: refused: ${what}`, async () => {
    await failsWith("package-hostile", message, () => read(image));
  });
}

Deno.test("ISO: what is left out is not judged", async () => {
  const { "bytes of two files": _whole, ...members } = HOSTILE;
  for (const [image] of Object.values(members)) {
    deepEqual(await read(image, { wanted: () => false }), {});
  }
});

const DAMAGED: Readonly<Record<string, [Uint8Array, RegExp]>> = {
  "a folder that holds itself": [
    isoImage([{ name: "A", block: ROOT_BLOCK, size: 2048, flags: 2 }]),
    /leads in a circle/,
  ],
  "a file that ends outside": [
    isoImage([{ name: "A;1", block: FREE_BLOCK, size: 5000 }], [CONTENT]),
    /it ends after \d+ bytes, before the end of "a"/,
  ],
  "a folder that lies outside": [
    isoImage([{ name: "A", block: 1_000_000, size: 2048, flags: 2 }]),
    /it ends before the folder "a\/"/,
  ],
  "a folder of gigabytes": [
    isoImage([{ name: "A", block: FREE_BLOCK, size: 4e9, flags: 2 }]),
    /the folder "a\/" has 4000000000 bytes/,
  ],
  "a record longer than its sector": [
    isoImage([{ name: "A;1", length: 255 }]).slice(0, 18 * 2048 + 200),
    /ends before/,
  ],
  "a record shorter than its name": [isoImage([{ name: "ABCDEFG;1", length: 34 }]), /broken/],
  "an area that leads to itself": [
    isoImage(
      [{ name: "A;1", extension: ce() }],
      [ce()],
      { rockRidge: true },
    ),
    /has no end/,
  ],
  "a file that goes on into nothing": [isoImage([{ name: "A;1", flags: 0x80 }]), /has no end/],
  "nothing in it": [isoImage([]), /it holds no files/],
};

function ce(): Uint8Array {
  return susp("CE", ...both32(FREE_BLOCK), ...both32(0), ...both32(28));
}

for (const [what, [image, message]] of Object.entries(DAMAGED)) {
  Deno.test(`ISO: damaged: ${what}`, async () => {
    await failsWith("package-damaged", message, () => read(image));
  });
}

Deno.test("ISO: interleaved files are refused", async () => {
  await failsWith(
    "package-unsupported",
    /interleaved/,
    () => read(isoImage([{ name: "A;1", interleave: 1 }])),
  );
});

Deno.test("ISO: cut anywhere, it is damaged, and never whole", async () => {
  const image = isoImage([{ name: "A;1", block: FREE_BLOCK, size: 2048 }], [new Uint8Array(2048)]);
  for (let length = 16 * 2048 + 7; length < image.length; length += 501) {
    await failsWith("package-damaged", /ends/, () => read(image.slice(0, length)));
  }
});

Deno.test("ISO: bytes flipped in its tables never break the reader", async () => {
  const image = isoImage(
    [
      { name: "A;1", block: FREE_BLOCK, size: 9, extension: nm("a") },
      { name: "SUB", block: FREE_BLOCK + 1, size: 2048, flags: 2, extension: nm("sub") },
    ],
    [CONTENT, isoDirectory([{ name: "\0", flags: 2 }, { name: "C;1" }])],
    { rockRidge: true },
  );
  for (let at = 16 * 2048; at < image.length; at++) {
    if (image[at] === 0 && at % 37 !== 0) continue;
    const flipped = image.slice();
    flipped[at] = (flipped[at] ?? 0) ^ (1 << at % 8);
    try {
      await read(flipped);
    } catch (error) {
      equal(error instanceof Error && error.name, "BinimportError", `${at}: ${error}`);
    }
  }
});
