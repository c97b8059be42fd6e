/** ctr: a real containerd, with the real nginx in its containers. */
import { equal, match } from "node:assert/strict";
import { CONTAINERD_TOOLS, startContainerd } from "../../support/containers/containerd.ts";
import { makeHost, type TestHost } from "../../support/containers/host.ts";
import { makeRootFs, nginxConf } from "../../support/containers/root_fs.ts";
import { testWithContainers } from "../../support/containers/test_with_containers.ts";
import { makeRelease } from "../../support/e2e/packages.ts";

/** Runs nginx in a container in the host's network. */
async function runNginx(
  host: TestHost,
  { id, port, site, namespace = "default", programs = ["sh"], labels = [] }: {
    readonly id: string;
    readonly port: number;
    readonly site: string;
    readonly namespace?: string;
    readonly programs?: readonly string[];
    readonly labels?: readonly string[];
  },
): Promise<void> {
  const rootFs = `${host.folder}/root-${id}`;
  const conf = nginxConf(`server { listen 127.0.0.1:${port}; root /usr/share/nginx/html; }`);
  await makeRootFs(rootFs, { files: { "/etc/nginx/nginx.conf": conf }, programs });
  const mount = `type=bind,src=${site},dst=/usr/share/nginx/html,options=rbind:ro`;
  const given = [
    "--net-host",
    "--rootfs",
    "--mount",
    mount,
    ...labels.flatMap((one) => ["--label", one]),
  ];
  await host.client("ctr", "-n", namespace, "run", "-d", ...given, rootFs, id, "/usr/sbin/nginx");
  equal(await host.get(`http://127.0.0.1:${port}/x`), site.split("/").at(-1));
}

testWithContainers(
  "ctr: containers without an image and without a PATH",
  CONTAINERD_TOOLS,
  async (t) => {
    await using host = await makeHost();
    await using _containerd = await startContainerd(host);
    const [one, two] = [await host.share("one"), await host.share("two")];
    await runNginx(host, { id: "one", port: 8083, site: one });
    const labels = [
      "io.kubernetes.pod.name=files-0",
      "io.kubernetes.pod.namespace=kubean",
      "io.kubernetes.container.name=nginx",
    ];
    await runNginx(host, { id: "two", port: 8084, site: two, namespace: "k8s.io", labels });
    const only = ["--runtime", "ctr"];
    const url = (port: number) => `http://127.0.0.1:${port}/`;

    await t.step("by id", async () => {
      const { status, stdout, stderr } = await host.binimport(
        "locate",
        ...only,
        "-c",
        "one",
        "--url",
        url(8083),
      );
      equal(status, 0, stderr);
      match(stdout, /container one \(ctr, one\): it shares this host's network\n/);
      match(stdout, /as nginx -T prints it in the container\n/);
      match(stdout, /mounted from .*\/one \(bind mount, read-only in the container\)\n.*\/one\n$/);
    });

    await t.step("by the URL: of two in this network, the one that listens there", async () => {
      const { status, stdout, stderr } = await host.binimport(
        "locate",
        ...only,
        "--adapter",
        "container",
        "--url",
        url(8084),
      );
      equal(status, 0, stderr);
      match(stdout, /container nginx \(ctr, two\)/);
      equal(stdout.trimEnd().split("\n").at(-1), two);
    });

    await t.step("by the pod, in k8s.io without being told", async () => {
      const pod = ["--pod", "files-0", "-n", "kubean", "-c", "nginx"];
      const found = await host.binimport("locate", ...only, ...pod, "--url", url(8084), "--quiet");
      equal(found.stdout, `${two}\n`, found.stderr);
      const elsewhere = await host.binimport(
        "locate",
        ...only,
        "--pod",
        "files-0",
        "-n",
        "other",
        "--url",
        url(8084),
      );
      equal(elsewhere.status, 4);
      match(
        elsewhere.stderr,
        /Cannot find the pod "files-0": ctr has none of that name\n {2}Give its namespace/,
      );
    });

    await t.step("in the namespace that is given, and in no other", async () => {
      const named = ["-c", "one", "--runtime-namespace", "k8s.io", "--url", url(8083)];
      const { status, stderr } = await host.binimport("locate", ...only, ...named);
      equal(status, 4);
      match(stderr, /Cannot find the container "one": ctr has none of that name/);
    });

    await t.step("an import is proved through the container", async () => {
      await using release = await makeRelease();
      const target = ["--to", "container:ctr/one", "--url", url(8083)];
      const { status, stderr } = await host.binimport("import", release.componentTools, ...target);
      equal(status, 0, stderr);
      equal(await host.get(`${url(8083)}x`), "one");
    });
  },
);

testWithContainers(
  "ctr: nothing in the container but nginx, whose -T fails",
  CONTAINERD_TOOLS,
  async () => {
    await using host = await makeHost();
    await using _containerd = await startContainerd(host);
    const site = await host.share("site");
    await runNginx(host, { id: "bare", port: 8085, site, programs: [] });
    const conf = `${host.folder}/root-bare/etc/nginx/nginx.conf`;
    await Deno.writeTextFile(conf, "error_log /nowhere/error.log;\n", { append: true });
    const { status, stdout, stderr } = await host.binimport(
      "locate",
      "--runtime",
      "ctr",
      "-c",
      "bare",
      "--url",
      "http://127.0.0.1:8085/",
    );
    equal(status, 0, stderr);
    match(stdout, /configuration \/etc\/nginx\/nginx\.conf in the container, read over \/proc\n/);
    equal(stdout.trimEnd().split("\n").at(-1), site);
  },
);
