/** The licence notices that travel in the file. */
import { createHash } from "node:crypto";
import type { BundledPackage } from "../bundle.ts";
import { npmFile } from "./npm_part.ts";
import { type DebianPart, DENO_LICENSE } from "./targets.ts";

/** Texts that Debian's notices refer to instead of repeating them, as every Debian has them. */
const COMMON_LICENSES = [
  ["LGPL-2.1", "dc626520dcd53a22f727af3ee42c770e56c97a64fe3adb063799d8ab032fe551"],
  ["GPL-3", "3972dc9744f6499f0f9b2dbf76696f2ae7ad8af9b23dde66d6af86c9dfb36986"],
] as const;

/** What is known of the parts of one file. */
export interface NoticeSources {
  /** The licence of binimport itself. */
  readonly own: string;
  readonly packages: readonly BundledPackage[];
  /** The packages of Debian in it, with their notices. */
  readonly debian: readonly { readonly part: DebianPart; readonly notice: string }[];
}

/** All notices as one text: what `binimport --licenses` prints. */
export async function noticesText({ own, packages, debian }: NoticeSources): Promise<string> {
  const deno = new TextDecoder().decode(await npmFile(DENO_LICENSE, "LICENSE"));
  return [
    "binimport is licensed under the Apache License 2.0. This file holds it together with the\n" +
    "following works of others, each under its own licence.\n",
    section("binimport (Apache-2.0)", own),
    section(`Deno ${DENO_LICENSE.version} (MIT)`, `${deno}\n${WITHIN_DENO}`),
    ...packages.map(packageSection),
    ...debian.map(({ part: { name, version, license }, notice }) =>
      section(`${name} ${version} of Debian (${license})`, `${notice}\n${SOURCE}`)
    ),
    ...debian.length === 0 ? [] : await commonLicenses(),
  ].join("\n");
}

const WITHIN_DENO = "Deno contains V8 (BSD-3-Clause), ICU (Unicode-3.0), SQLite (public domain) " +
  "and libraries written in Rust,\nlisted in the file Cargo.lock of Deno's source.\n";

const SOURCE =
  "Its source is that of Debian's source package of this version. It was not changed.\n";

function packageSection({ name, version, license, notices }: BundledPackage): string {
  const text = notices.length > 0
    ? notices.join("\n")
    : `This package brings no text of its licence; it names ${license}.\n`;
  return section(`${name} ${version} (${license})`, text);
}

function section(title: string, text: string): string {
  return `${"=".repeat(100)}\n${title}\n${"=".repeat(100)}\n\n${text.trim()}\n`;
}

async function commonLicenses(): Promise<string[]> {
  return await Promise.all(COMMON_LICENSES.map(async ([name, sha256]) => {
    const bytes = await Deno.readFile(`/usr/share/common-licenses/${name}`);
    if (createHash("sha256").update(bytes).digest("hex") === sha256) {
      return section(`/usr/share/common-licenses/${name}`, new TextDecoder().decode(bytes));
    }
    throw new Error(
      `Cannot use /usr/share/common-licenses/${name}: it is another text than pinned`,
    );
  }));
}
