import assert from "node:assert/strict";
import { startMinio } from "../minio_server.ts";
import { startNginx } from "../nginx_server.ts";
import { testWithTools } from "../require.ts";
import { binimport, type Ended } from "./run.ts";
import { makeRoot } from "./targets.ts";

function states(ended: Ended): string[] {
  return ended.events().filter(({ event }) => event === "finding")
    .map(({ check, state }) => `${check} ${state}`);
}

testWithTools("e2e: doctor at a web root, with a probe", ["nginx"], async () => {
  await using root = await makeRoot();
  await using nginx = await startNginx(root.path);
  const args = ["doctor", "--root", root.path, "--url", nginx.url, "--json"];
  const healthy = await binimport([...args, "--probe"]);
  assert.equal(healthy.status, 0, healthy.stdout);
  for (const one of ["server ok", "web-server ok", "target ok", "probe ok", "clock ok"]) {
    assert(states(healthy).includes(one), `${one} in ${states(healthy)}`);
  }
  await using other = await makeRoot();
  const wrong = await binimport([
    "doctor",
    "--root",
    other.path,
    "--url",
    nginx.url,
    "--probe",
    "--json",
  ]);
  assert.equal(wrong.status, 5);
  assert(states(wrong).includes("probe problem"));
});

testWithTools(
  "e2e: doctor at MinIO: rights, and a password that is wrong",
  ["minio", "mc"],
  async () => {
    await using minio = await startMinio();
    const args = ["doctor", "--endpoint", minio.url, "--username", minio.user, "--json"];
    const healthy = await binimport([...args, "--probe"], {
      env: { BINIMPORT_PASSWORD: minio.password },
    });
    assert.equal(healthy.status, 0, healthy.stdout);
    assert(states(healthy).includes("probe ok"));
    const wrong = await binimport(args, { env: { BINIMPORT_PASSWORD: "something-else" } });
    assert.equal(wrong.status, 5, wrong.stdout);
    const [target] = wrong.events().filter(({ check }) => check === "target");
    assert.equal(target?.["state"], "problem");
    assert(!wrong.stdout.includes("something-else"));
  },
);
