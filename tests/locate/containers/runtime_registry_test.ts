/** A runtime is named in one place: all that speaks of runtimes goes by the list of them. */
import { equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Runtime } from "../../../locate/containers/container.ts";
import { RUNTIMES } from "../../../locate/containers/runtimes/mod.ts";

const jar: Runtime = {
  name: "jar",
  check: ["ls"],
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
  try {
    await Deno.writeTextFile(`${folder}/jar`, `#!/bin/sh\n${client}\n`, { mode: 0o755 });
    await Deno.writeTextFile(`${folder}/program.ts`, PROGRAM);
    const doctor = await runApart(folder, "doctor");
    match(doctor, /jar can be used/);
    equal(
      (await runApart(folder, "__complete", "locate", "--runtime", "ja")).split("\n")[0],
      "jar",
    );
    const names = ["__complete", "locate", "--runtime", "jar", "--container", ""];
    match(await runApart(folder, ...names), /^sealed-jar\ta container of jar$/m);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** binimport with the new runtime, as a process of its own: PATH is that of all tests in this one. */
const PROGRAM = `
import { RUNTIMES } from "${new URL(
  "../../../locate/containers/runtimes/mod.ts",
  import.meta.url,
)}";
const find = () => Promise.resolve([]);
RUNTIMES.push({ name: "jar", check: ["ls"], find });
await import("${new URL("../../../cli.ts", import.meta.url)}");
`;

const CONFIG = fileURLToPath(new URL("../../../deno.json", import.meta.url));

/** What it prints, on both outputs. */
async function runApart(folder: string, ...args: readonly string[]): Promise<string> {
  const flags = ["run", "-A", "--quiet", "--no-check", "--config", CONFIG];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...flags, `${folder}/program.ts`, ...args],
    env: { PATH: folder },
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}
