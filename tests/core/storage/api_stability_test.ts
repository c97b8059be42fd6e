/** An adapter of the first release still has the right types, loads and works. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { AdapterFactory } from "../../../core/storage/adapter.ts";
import { plainHost } from "../../../core/storage/host.ts";
import { loadPlugin } from "../../../core/storage/plugins/load.ts";
import first from "../../fixtures/api-1/adapter.ts";
import type * as contract from "../../fixtures/api-1/contract.ts";
import { conformance } from "../../support/conformance.ts";

// These two are checked when the tests are compiled: what was a factory is one, and a host of today
// lends all that the first release's did.
const factory: AdapterFactory<ReturnType<typeof first.parse>> = first;
const host: contract.AdapterHost = plainHost();

Deno.test("an adapter of the first release conforms, by its types of then", async (t) => {
  await conformance(t, {
    open: () => factory.open(factory.parse({}, plainHost()), plainHost()),
    secrets: ["hush"],
  }, [/of a part/]);
  assert.equal(host.env("PATH"), undefined);
});

Deno.test("an adapter of the first release loads as a plug-in", async () => {
  const file = fileURLToPath(new URL("../../fixtures/api-1/adapter.ts", import.meta.url));
  const { name, apiVersion, options } = await loadPlugin(file, "/");
  assert.deepEqual([name, apiVersion], ["first-release", 1]);
  assert.deepEqual(Object.keys(options), ["place", "pin", "wet", "mode"]);
});
