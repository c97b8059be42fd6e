import assert from "node:assert/strict";
import { parseDuration } from "../../../core/util/units.ts";
import { failsWith } from "../../support/fails_with.ts";

Deno.test("durations are read with their units", () => {
  const lengths = ["0", "0s", "500ms", "30s", "1.5s", "5m", "2h", "1h30m", "1m30s250ms"];
  assert.deepEqual(
    lengths.map(parseDuration),
    [0, 0, 500, 30_000, 1500, 300_000, 7_200_000, 5_400_000, 90_250],
  );
});

for (const text of ["", "30", "s", "-1s", "1 s", "30s1m", "1d", "soon", "Infinitys", "1e3s"]) {
  Deno.test(`"${text}" is no duration`, async () => {
    const error = await failsWith(
      "usage",
      new RegExp(`^Cannot read the duration "${text}": `),
      () => Promise.try(() => parseDuration(text)),
    );
    assert.match(error.hint ?? "", /30s/);
  });
}
