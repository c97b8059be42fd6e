/** The list of verify modes is the only place that names one. */
import { deepEqual, match, throws } from "node:assert/strict";
import { memoryAdapter } from "../../../adapters/memory.ts";
import { programDeclaration } from "../../../cli/program.ts";
import {
  type ImportedFile,
  requireUrl,
  VERIFY_MODES,
  verifyMode,
} from "../../../core/importer/verify_modes.ts";

Deno.test("a new verify mode shows in options, help and errors by its entry alone", () => {
  VERIFY_MODES.push({
    name: "twice",
    summary: "fetch every body twice",
    reads: "url",
    needsUrl: true,
    steps: (files) => [{ mode: "url", files: [...files] }, { mode: "url", files: [...files] }],
  });
  try {
    for (const verb of ["import", "verify"]) {
      const option = programDeclaration().commands.find((one) => one.name() === verb)?.options
        .find(({ long }) => long === "--verify");
      deepEqual(option?.argChoices?.includes("twice"), true, verb);
    }
    const help = programDeclaration().commands.find((one) => one.name() === "import")
      ?.helpInformation() ?? "";
    match(help.replace(/\s+/g, " "), /fetch every body twice \(twice\)/);
    throws(() => verifyMode("thrice"), { hint: "There are auto, url, target, off, twice." });
    throws(() => requireUrl(verifyMode("twice"), memoryAdapter()), /no URL is known/);
  } finally {
    VERIFY_MODES.pop();
  }
});

const MIB = 2 ** 20;

function imported(key: string, mib: number, state: ImportedFile["state"]): ImportedFile {
  return { key, size: mib * MIB, sha256: "0".repeat(64), state };
}

Deno.test("auto reads back what nobody has checked, and asks the URL where one is known", () => {
  const { steps } = verifyMode("auto");
  const files = [imported("a", 5, "unchanged"), imported("b", 99, "unchecked")];
  deepEqual(steps(files.slice(0, 1), false), []);
  deepEqual(steps(files, false), [{ mode: "target", files: files.slice(1) }]);
  deepEqual(steps(files, true), [
    { mode: "target", files: files.slice(1) },
    { mode: "head", files: files.slice(0, 1) },
    { mode: "url", files: files.slice(1) },
  ]);
  deepEqual(steps(files.slice(0, 1), true), [{ mode: "url", files: files.slice(0, 1) }]);
});

Deno.test("auto fetches of what was written as many bodies as 64 MiB hold, or a sixteenth", () => {
  const fetched = (...sizes: number[]) => {
    const files = sizes.map((mib, nth) => imported(`${nth}`, mib, "written"));
    const kept = imported("kept", 1, "unchanged");
    const steps = verifyMode("auto").steps([...files, kept], true);
    deepEqual(steps.flatMap(({ files }) => files).length, sizes.length + 1, "each once");
    return steps.find(({ mode }) => mode === "url")?.files.map(({ size }) => size / MIB);
  };
  deepEqual(fetched(30, 1, 40, 20), [1, 20, 30]);
  deepEqual(fetched(64), [64]);
  deepEqual(fetched(500, 100), [100]);
  deepEqual(fetched(100, 1000, 100, 1000), [100]);
  deepEqual(fetched(100, 2000, 100, 2000), [100, 100]);
});
