/**
 * The table of quirks in docs/s3.md: which real server has which, and which test is about it.
 *
 *     WRITE_DOCS=1 deno test -A tests/docs/s3_matrix_test.ts
 */
import assert from "node:assert/strict";
import { QUIRKS } from "../../adapters/minio/quirks.ts";
import { formatted } from "../../scripts/docs/formatted.ts";
import { S3_PROGRAMS } from "../support/reliability/s3_servers.ts";
import { QUIRK_CASES } from "../support/s3_quirk_cases.ts";

const PAGE = new URL("../../docs/s3.md", import.meta.url);
const PART = /(<!-- quirks -->\n)[^]*(<!-- \/quirks -->)/;

/** The page with its table written anew. */
function withTable(page: string): string {
  const rows = Object.entries(QUIRKS).map(([name, { says }]) => {
    const real = S3_PROGRAMS.map(({ quirks }) => quirks.some((one) => one === name) ? "yes" : "");
    const tests = QUIRK_CASES.filter(({ quirk }) => quirk === name).map((one) => one.name);
    return [says, ...real, tests.join("; ")].join(" | ").replaceAll("<", "&lt;");
  });
  const head = ["what is found", ...S3_PROGRAMS.map(({ name }) => name), "stand-ins that have it"];
  const lines = [head.join(" | "), head.map(() => "---").join(" | "), ...rows];
  const table = lines.map((line) => `| ${line} |`).join("\n");
  return page.replace(PART, (_, begin, end) => `${begin}\n${table}\n\n${end}`);
}

Deno.test("docs/s3.md shows every quirk with its servers and tests", async () => {
  const page = await Deno.readTextFile(PAGE);
  const expected = await formatted(withTable(page));
  if (Deno.env.get("WRITE_DOCS") === "1") await Deno.writeTextFile(PAGE, expected);
  else assert.equal(page, expected, "WRITE_DOCS=1 deno test -A tests/docs/s3_matrix_test.ts");
});
