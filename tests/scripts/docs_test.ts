import { equal, match } from "node:assert/strict";
import { ERROR_CODES } from "../../core/util/errors.ts";
import { adapterTypes } from "../../scripts/docs/adapter_types.ts";
import { errorsPage } from "../../scripts/docs/errors_page.ts";
import { formatted } from "../../scripts/docs/formatted.ts";
import { runHere } from "../support/cli/test_context.ts";

const PROJECT = new URL("../../", import.meta.url);

Deno.test("docs/errors.md is what deno task docs writes", async () => {
  const page = await Deno.readTextFile(new URL("docs/errors.md", PROJECT));
  equal(page, await formatted(errorsPage()), "run deno task docs, and commit what it writes");
});

Deno.test("adapter types prints what deno task docs writes", async () => {
  const { status, stdout } = await runHere(["adapter", "types"]);
  equal(status, 0);
  equal(stdout, await adapterTypes(), "run deno task docs, and commit what it writes");
});

Deno.test("docs/errors.md explains every error code", () => {
  const page = errorsPage();
  for (const code of ERROR_CODES) {
    match(
      page,
      new RegExp(`\\| \`${code}\` \\| [^|]{5,} \\| [^|]{5,} \\|`),
      `${code} is explained`,
    );
  }
});
