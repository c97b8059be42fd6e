import assert from "node:assert/strict";
import { digests, makeRelease, type Release } from "../support/e2e/packages.ts";
import { binimport, type Event } from "../support/e2e/run.ts";
import { makeRoot } from "../support/e2e/targets.ts";
import { testWithTools } from "../support/require.ts";

testWithTools("e2e: --json tells all as the contract says, and nothing else", ["tar"], async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  const target = `nginx-fs:${root.path}`;
  const first = await importJson(release, root.path);
  const bytes = [...release.files.values()].reduce((sum, { length }) => sum + length, 0);

  assert.deepEqual(first.at(0), { event: "plan", files: 46, bytes, targets: [target] });
  const files = first.filter(({ event }) => event === "file");
  assert.deepEqual(
    Object.fromEntries(files.map(({ key, sha256 }) => [key, sha256]).sort()),
    digests(release.files),
  );
  for (const file of files) {
    assert.equal(file["size"], release.files.get(String(file["key"]))?.length);
    assert.equal(file["action"], "written");
    assert.equal(file["target"], target);
  }
  const { seconds, ...summary } = first.at(-1) ?? {};
  assert.equal(typeof seconds, "number");
  assert.deepEqual(summary, {
    event: "summary",
    ok: true,
    files: 46,
    written: 46,
    unchanged: 0,
    bytes,
    dryRun: false,
    targets: [{ target, ok: true, written: 46, unchanged: 0 }],
  });

  const again = await importJson(release, root.path);
  assert.deepEqual(actions(again), new Set(["unchanged"]));
  assert.equal(again.at(-1)?.["unchanged"], 46);

  const dry = await importJson(release, root.path, "--dry-run", "--force");
  assert.deepEqual(actions(dry), new Set(["would-write"]));
});

testWithTools("e2e: --json tells failures as events", ["tar"], async () => {
  await using release = await makeRelease();
  await Deno.truncate(release.componentTools, 2000);
  const args = ["import", release.componentTools, "--root", release.folder, "--json"];
  const { status, stderr, events } = await binimport(args);
  assert.equal(status, 3, stderr);
  const { event, code, retryable, message } = events().at(-1) ?? {};
  assert.deepEqual(
    { event, code, retryable },
    { event: "error", code: "package-damaged", retryable: false },
  );
  assert.match(String(message), /component-tools\.tar\.gz/);
});

/** Imports the release; gives the events but those of progress. */
async function importJson(
  { offlineFiles, componentTools }: Release,
  root: string,
  ...flags: readonly string[]
): Promise<Event[]> {
  const args = ["import", offlineFiles, componentTools, "--root", root, "--json", ...flags];
  const { status, stderr, events } = await binimport(args);
  assert.equal(status, 0, stderr);
  assert.equal(stderr, "");
  return events().filter(({ event }) => event !== "progress");
}

function actions(events: readonly Event[]): Set<unknown> {
  return new Set(events.filter(({ event }) => event === "file").map(({ action }) => action));
}
