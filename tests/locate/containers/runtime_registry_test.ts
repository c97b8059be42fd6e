/** A runtime is named in one place: all that speaks of runtimes goes by the list of them. */
import { equal, match } from "node:assert/strict";
import type { Runtime } from "../../../locate/containers/container.ts";
import { RUNTIMES } from "../../../locate/containers/runtimes/mod.ts";

const jar: Runtime = {
  name: "jar",
  check: ["ls"],
  checkListsNames: true,
  find: () => Promise.resolve([]),
};

// Before anything else is loaded, which this file's other imports do when they are called.
RUNTIMES.push(jar);

const client = "echo sealed-jar";

/** Runs binimport with the client of the new runtime on PATH. */
async function run(...args: readonly string[]) {
  const { withClients } = await import("../../support/containers/clients.ts");
  return await withClients({ jar: client }, args);
}

Deno.test("a runtime of one's own: help", async () => {
  match((await run("locate", "--help")).stdout, /--runtime [^]*?\bkubectl\b[^]{0,20}\bjar\b/);
});

Deno.test("a runtime of one's own: errors", async () => {
  const url = ["--url", "http://192.0.2.1/"];
  const missing = await run("locate", "-c", "web", ...url);
  match(missing.stderr, /Cannot find the container "web": jar has none of that name/);
  const unknown = await run("locate", "-c", "bottle/web", ...url);
  match(unknown.stderr, /There are docker, .*kubectl, jar\./);
  const none = await (await import("../../support/containers/clients.ts")).withClients({}, [
    "locate",
    "-c",
    "web",
    ...url,
  ]);
  match(none.stderr, /none of docker, .*kubectl, jar is on PATH/);
});

Deno.test("a runtime of one's own: doctor and completion, by its client", async () => {
  const folder = await Deno.makeTempDir({ prefix: "binimport-runtime-" });
  const path = Deno.env.get("PATH") ?? "";
  try {
    await Deno.writeTextFile(`${folder}/jar`, `#!/bin/sh\n${client}\n`, { mode: 0o755 });
    Deno.env.set("PATH", folder);
    const doctor = await run("doctor");
    match(doctor.stdout + doctor.stderr, /jar can be used/);
    equal((await run("__complete", "locate", "--runtime", "ja")).stdout.split("\n")[0], "jar");
    const names = await run("__complete", "locate", "--runtime", "jar", "--container", "");
    match(names.stdout, /^sealed-jar\ta container of jar$/m);
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(folder, { recursive: true });
  }
});
