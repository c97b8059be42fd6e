/** The list of verify modes is the only place that names one. */
import { deepEqual, match, throws } from "node:assert/strict";
import { memoryAdapter } from "../../../adapters/memory.ts";
import { programDeclaration } from "../../../cli/program.ts";
import { requireUrl, VERIFY_MODES, verifyMode } from "../../../core/importer/verify_modes.ts";

Deno.test("a new verify mode shows in options, help and errors by its entry alone", () => {
  VERIFY_MODES.push({
    name: "twice",
    summary: "fetch every body twice",
    reads: "url",
    needsUrl: true,
    steps: ({ files }) => [{ mode: "url", files }, { mode: "url", files }],
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

Deno.test("auto reads back what nobody has checked, and asks the URL where one is known", () => {
  const files = [{ key: "a", size: 5, sha256: "1" }, { key: "b", size: 99 * 2 ** 20, sha256: "2" }];
  const { steps } = verifyMode("auto");
  deepEqual(steps({ files, unchecked: [], served: false }), []);
  deepEqual(steps({ files, unchecked: files.slice(1), served: false }), [
    { mode: "target", files: files.slice(1) },
  ]);
  deepEqual(steps({ files, unchecked: [], served: true }), [
    { mode: "head", files },
    { mode: "url", files: files.slice(0, 1) },
  ]);
});
