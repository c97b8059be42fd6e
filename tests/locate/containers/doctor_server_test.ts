/** `binimport doctor` at containers: a real dockerd, with the real nginx in them. */
import { deepEqual, equal, match } from "node:assert/strict";
import { DOCKER_TOOLS, importImage, startDocker } from "../../support/containers/docker.ts";
import { makeHost } from "../../support/containers/host.ts";
import { makeRootFs, nginxConf } from "../../support/containers/root_fs.ts";
import { testWithContainers } from "../../support/containers/test_with_containers.ts";
import type { Event } from "../../support/e2e/run.ts";

const ROOT = "/usr/share/nginx/html";
const CONF = nginxConf(`
server {
  listen 80;
  root ${ROOT};
  location /image/ { root /srv; }
}`);

/** A pod's container, as kubelet labels it. */
const LABELS = ["pod.name=files-0", "pod.namespace=kubean", "container.name=nginx"]
  .flatMap((one) => ["--label", `io.kubernetes.${one}`]);

testWithContainers("docker: doctor at a container", DOCKER_TOOLS, async (t) => {
  await using host = await makeHost();
  await makeRootFs(`${host.folder}/root`, { files: { "/etc/nginx/nginx.conf": CONF } });
  await using _docker = await startDocker(host);
  await importImage(host, `${host.folder}/root`, "web");
  const [site, nested] = [await host.share("site"), await host.share("nested")];
  await host.share("site/deep");
  const mounts = ["-v", `${site}:${ROOT}`, "-v", `${nested}:${ROOT}/deep`];
  const run = ["run", "-d", "--name", "web", "-p", "8080:80", ...LABELS, ...mounts];
  await host.client("docker", ...run, "web", "/usr/sbin/nginx");
  const url = "http://127.0.0.1:8080/";
  equal(await host.get(`${url}x`), "site");

  /** The exit status, and what was found of some checks. */
  async function doctor(checks: RegExp, ...args: readonly string[]): Promise<[number, Event[]]> {
    const { status, stderr, events } = await host.binimport("doctor", "--json", ...args);
    equal(stderr, "");
    return [status, events().filter(({ check }) => checks.test(String(check)))];
  }

  const hidden = {
    event: "finding",
    check: "container",
    state: "warning",
    message: `The bind mount at ${ROOT}/deep hides what is written to "deep/…" here`,
    hint: 'Import keys that begin with "deep/" by the URL of that folder.',
  };
  const read = {
    event: "finding",
    check: "container",
    state: "ok",
    message: `${url} is read from ${site}, the bind mount at ${ROOT} of web (docker)`,
  };

  const named = [
    ["--adapter", "container"],
    ["--container", "web", "--runtime", "docker"],
    ["--runtime", "docker", "--pod", "files-0", "--namespace", "kubean"],
    ["--to", "container:docker/web"],
  ];
  for (const name of named) {
    await t.step(`the way through it is found: ${name.join(" ")}`, async () => {
      const [status, found] = await doctor(/^(container|target|space)$/, ...name, "--url", url);
      equal(status, 0);
      const [way, warning, space, target, ...more] = found;
      deepEqual([way, warning], [read, hidden]);
      match(String(space?.["message"]), new RegExp(` free in ${site}$`));
      match(String(target?.["message"]), /^container:docker\/web \(.*\/site\) is reachable/);
      deepEqual(more, [], "each warning once");
    });
  }

  await t.step("a probe is written on this host and fetched through it", async () => {
    const [status, [probe]] = await doctor(/^probe$/, "-c", "docker/web", "--url", url, "--probe");
    deepEqual([status, probe?.["state"]], [0, "ok"]);
    match(String(probe?.["message"]), /fetched as a node would/);
  });

  /** The one finding of a container, which stands in the way. */
  async function problem(...args: readonly string[]): Promise<string> {
    const checks = /^(container|target|web-server)$/;
    const [status, [found, ...more]] = await doctor(checks, "--runtime", "docker", ...args);
    deepEqual([status, found?.["check"], found?.["state"], more.length], [
      5,
      "container",
      "problem",
      0,
    ]);
    return `${found?.["message"]}\n${found?.["hint"]}`;
  }

  await t.step("a disk that was mounted in its folder after its start", async () => {
    const late = `${site}/late disk`;
    await Deno.mkdir(late);
    await host.client("mount", "-t", "tmpfs", "tmpfs", late);
    const named = ["-c", "docker/web", "--url"];
    const [status, found] = await doctor(/^container$/, ...named, url);
    equal(status, 0);
    deepEqual(found.filter(({ state }) => state === "warning").map(({ message }) => message), [
      hidden.message,
      `What is written to "late disk/…" here is not served: what is mounted at ${late} is not ` +
      'seen in the container "web" (docker)',
    ]);
    // Nothing is there on either side, so that nothing can be compared.
    const below = await host.binimport("locate", ...named, `${url}late%20disk/new/`);
    equal(below.status, 4, below.stdout);
    match(
      below.stderr,
      /Cannot use ".*\/late disk\/new": what is mounted at .*\/late disk is not /,
    );
    equal((await host.binimport("locate", ...named, `${url}x`)).stderr, "", "it lies beside it");
    await host.client("docker", "restart", "--time", "0", "web");
    equal(await host.get(`${url}x`), "site");
    deepEqual((await doctor(/^container$/, ...named, url))[1], [read, hidden]);
    await host.client("umount", "--lazy", late);
  });

  await t.step("what stands in the way, with what mends it", async () => {
    match(await problem("-c", "web", "--url", `${url}image/`), /nothing is mounted there[^]*\n\S/);
    match(await problem("-c", "nope", "--url", url), /"nope"[^]*\n\S/);
    match(await problem("--pod", "files-9", "--url", url), /"files-9"[^]*\n\S/);
    await host.client("docker", "create", "--name", "idle", "web", "/usr/sbin/nginx");
    match(await problem("-c", "idle"), /it is created\nStart it, such as with docker start idle/);
  });

  await t.step("options that contradict each other are a mistake, not a finding", async () => {
    const { status, stderr } = await host.binimport("doctor", "--adapter", "container");
    equal(status, 2);
    match(stderr, /Cannot find a container: none was named, and no URL\n/);
  });
});
