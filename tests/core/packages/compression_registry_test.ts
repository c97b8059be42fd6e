/** The list of compressions is the only place that names one. */
import { equal, match } from "node:assert/strict";
import { understandArguments } from "../../../cli/arguments.ts";
import { programDeclaration } from "../../../cli/program.ts";
import { COMPRESSIONS } from "../../../core/packages/compression/formats.ts";
import { failsWith } from "../../support/fails_with.ts";
import { memoryPackage } from "../../support/packages.ts";
import { tarArchive } from "../../support/tar_builder.ts";
import { readPackage } from "./reading.ts";

/** Each byte turned around, behind a mark. */
function flipped(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(...new TextEncoder().encode("FLIP"), ...bytes.map((byte) => byte ^ 0xff));
}

Deno.test("a new compression is read, and shows in help, arguments and errors by its entry alone", async () => {
  const archive = tarArchive({ name: "dl.k8s.io/kubelet", body: new TextEncoder().encode("ELF") });
  const help = () => {
    const verb = programDeclaration().commands.find((one) => one.name() === "import");
    return verb?.helpInformation().replace(/\s+/g, " ") ?? "";
  };
  const understood = async () =>
    (await understandArguments(["x.tfl"], programDeclaration(), { env: () => undefined })).join(
      " ",
    );
  const refused = () => readPackage(memoryPackage(Uint8Array.of(1, 2, 3)));
  await failsWith(
    "package-unsupported",
    /: it is /,
    readPackage(memoryPackage(flipped(archive))),
  );
  equal(await understood(), "x.tfl");
  COMPRESSIONS.push({
    name: "flip",
    ending: "tfl",
    begins: /^FLIP/,
    decoder: () =>
      Promise.resolve(async function* (input) {
        await input.skip(4);
        for await (const chunk of input) yield chunk.map((byte) => byte ^ 0xff);
      }),
  });
  try {
    const { files } = await readPackage(memoryPackage(flipped(archive)));
    equal(files["dl.k8s.io/kubelet"], "ELF");
    match(help(), /archives \(tar, also with gzip, zstd, xz or flip\)/);
    equal(await understood(), "import x.tfl");
    await failsWith("package-unsupported", /neither tar nor gzip, zstd, xz or flip/, refused);
  } finally {
    COMPRESSIONS.pop();
  }
});
