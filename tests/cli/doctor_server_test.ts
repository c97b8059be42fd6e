import { deepEqual, equal, match } from "node:assert/strict";
import { checkRuntimes, checkSelinux, checkSpace } from "../../cli/doctor/host.ts";
import { checkProxies, checkServer } from "../../cli/doctor/network.ts";
import type { Fetch } from "../../core/http/fetch.ts";
import { runtimeNamed } from "../../locate/containers/runtimes/mod.ts";
import { runHere } from "../support/cli/test_context.ts";
import { tool } from "../support/require.ts";

Deno.test("doctor: proxies that would catch an internal address", () => {
  const state = (host: string, env: Record<string, string>) =>
    checkProxies(host, { env: (name) => env[name] }).state;
  const proxy = { HTTP_PROXY: "http://proxy:3128" };
  equal(state("10.0.1.1", {}), "ok");
  equal(state("10.0.1.1", proxy), "warning");
  for (const no of ["10.0.1.1", "*", "10.0.0.0/8", "localhost, 10.0.1.0/24"]) {
    equal(state("10.0.1.1", { ...proxy, NO_PROXY: no }), "ok", no);
  }
  for (const no of ["10.0.2.0/24", "10.0.1.1/x", "0.1.1", ""]) {
    equal(state("10.0.1.1", { ...proxy, NO_PROXY: no }), "warning", no);
  }
  equal(state("minio.site", { ...proxy, no_proxy: ".site" }), "ok");
  equal(state("minio.offsite", { ...proxy, no_proxy: "site" }), "warning");
});

Deno.test("doctor: a clock that is off", async () => {
  const answered = Date.parse("2026-08-01T12:00:00Z");
  const fetch: Fetch = () =>
    Promise.resolve({
      status: 200,
      header: (name) => name === "date" ? new Date(answered).toUTCString() : undefined,
      body: ReadableStream.from([]),
      close() {},
    });
  const at = async (seconds: number) => {
    const { signal } = new AbortController();
    const now = () => answered + seconds * 1000;
    return (await checkServer(new URL("http://m/"), fetch, signal, now)).at(-1);
  };
  deepEqual(
    (await Promise.all([0, 30, -120, 1000].map(at))).map((one) => one?.state),
    ["ok", "ok", "warning", "problem"],
  );
  match((await at(-1000))?.message ?? "", /1000 s behind that of http:\/\/m; S3 refuses/);
});

Deno.test("doctor: space and SELinux", async () => {
  equal(checkSpace("/nowhere").length, 0);
  match(checkSpace("/")[0]?.message ?? "", / are free in \/|files more/);
  equal(checkSelinux("/nowhere").message, "SELinux is not enforced");
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "1\n");
  match(checkSelinux(file).message, /is enforced/);
  await Deno.remove(file);
});

Deno.test({
  name: "doctor: a runtime that is needed and absent",
  ignore: tool("nerdctl") !== undefined,
  async fn() {
    const [absent] = await checkRuntimes((name) => Deno.env.get(name), runtimeNamed("nerdctl"));
    equal(absent?.state, "problem");
    match(absent?.hint ?? "", /^Install /);
  },
});

Deno.test("doctor: a program that is no runtime is not started", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const program = `${folder}/program`;
    await Deno.writeTextFile(program, `#!/bin/sh\ntouch ${folder}/started\n`, { mode: 0o755 });
    const target = ["--adapter", "nginx-fs", "--url", "http://127.0.0.1:1/"];
    const { status } = await runHere(["doctor", "--runtime", program, ...target]);
    equal(status, 5);
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["program"]);
    const { status: chosen, stderr } = await runHere(["doctor", "--runtime", program]);
    equal(chosen, 2);
    match(stderr, /as --runtime of container: it is not a valid value/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("doctor: a folder that is not there stands in the way, with 5 and as JSON", async () => {
  const { status, stdout } = await runHere(["doctor", "--root", "/nowhere/html", "--json"]);
  equal(status, 5);
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const target = events.find(({ check }) => check === "target");
  equal(target.state, "problem");
  match(target.message, /nowhere/);
  deepEqual(events.at(-1), {
    event: "summary",
    ok: false,
    problems: 1,
    warnings: events.filter(({ state }) => state === "warning").length,
  });
});

Deno.test("doctor: a healthy folder", async () => {
  const root = await Deno.makeTempDir();
  try {
    const { status, stdout } = await runHere(["doctor", "--root", root]);
    equal(status, 0, stdout);
    match(stdout, /^ok {7}target: nginx-fs:.* is reachable; nothing has been imported yet$/m);
    match(stdout, /No problems found/);
    deepEqual([...Deno.readDirSync(root)], [], "it changed nothing");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
