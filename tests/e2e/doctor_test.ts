import assert from "node:assert/strict";
import { testWithContainers } from "../support/containers/test_with_containers.ts";
import { binimport, type Ended } from "../support/e2e/run.ts";
import { makeRoot } from "../support/e2e/targets.ts";
import { startMinio } from "../support/minio_server.ts";
import { startNginx } from "../support/nginx_server.ts";
import { testWithTools } from "../support/require.ts";
import { run } from "../support/run.ts";

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

/** Runs what follows where SELinux is said to enforce. It is not in this kernel: types are on disk alone. */
const ENFORCING = [
  "unshare",
  "--mount",
  "sh",
  "-c",
  'mount -t tmpfs none /sys/fs && mkdir /sys/fs/selinux && echo 1 > /sys/fs/selinux/enforce && exec "$@"',
  "sh",
];

testWithContainers("e2e: doctor at a root of a type that is not served", ["chcon"], async () => {
  await using root = await makeRoot();
  const look = async () => {
    const args = ["doctor", "--root", root.path, "--json"];
    const ended = await binimport(args, { under: ENFORCING });
    return ended.events().filter(({ message }) => /SELinux may/.test(String(message)));
  };
  const label = (type: string) => run("chcon", [`system_u:object_r:${type}:s0`, root.path]);
  await label("mysqld_db_t");
  const [found, ...more] = await look();
  assert.deepEqual([found?.["check"], found?.["state"], more], ["target", "warning", []]);
  assert.match(String(found?.["hint"]), /semanage fcontext -a -t httpd_sys_content_t /);
  await label("httpd_sys_content_t");
  assert.deepEqual(await look(), []);
});
