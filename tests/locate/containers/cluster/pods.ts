/** Kinds of pods: networks, several containers, sidecars, static ones, restarts, users, other nodes. */
import { equal, match } from "node:assert/strict";
import { hostname } from "node:os";
import type { Cluster } from "../../../support/containers/cluster.ts";
import { ADDRESS } from "../../../support/containers/namespaces.ts";
import { makeRelease } from "../../../support/e2e/packages.ts";
import { binimport } from "../../../support/e2e/run.ts";
import { tool } from "../../../support/require.ts";
import { hostPath, IMAGE, nginx, pod } from "./objects.ts";

const HTML = "/usr/share/nginx/html";

const NODE = hostname().toLowerCase();

/** The steps. */
export async function testPods(t: Deno.TestContext, cluster: Cluster): Promise<void> {
  const { host, kubectl } = cluster;
  const path = await cluster.pathWith("kubectl", "crictl", "ctr");
  const site = await start(cluster);
  const ip = (name: string) => kubectl("get", "pod", name, "-o", "jsonpath={.status.podIP}");
  const locate = (...args: readonly string[]) => host.binimportWith(path, "locate", ...args);
  /** The folder that is named for these arguments; fails where none is. */
  const folderOf = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await locate(...args, "--quiet");
    equal(status, 0, stderr);
    return stdout.trimEnd();
  };
  const byUrl = ["--adapter", "container"];
  const [newer, none] = [await cluster.pathWith("crictl-1.37"), await cluster.pathWith()];
  /** The same for each client, and for none. */
  const byEach = async (folder: string, ...args: readonly string[]) => {
    for (const client of ["kubectl", "crictl", "ctr"]) {
      equal(await folderOf("--runtime", client, ...args), folder);
    }
    for (const path of [newer, none]) {
      const { status, stdout, stderr } = await host.binimportWith(path, "locate", ...args, "-q");
      equal(status, 0, stderr);
      equal(stdout.trimEnd(), folder);
    }
  };

  await t.step("hostNetwork, by the URL alone", async () => {
    const url = `http://${ADDRESS}:8088/`;
    equal(await host.get(`${url}x`), "host");
    await byEach(site("host"), ...byUrl, "--url", url);
  });

  await t.step("hostPort, by the URL alone", async () => {
    const url = `http://${ADDRESS}:8089/`;
    equal(await host.get(`${url}x`), "port");
    for (const client of ["kubectl", "crictl"]) {
      equal(await folderOf(...byUrl, "--runtime", client, "--url", url), site("port"));
    }
    // ctr knows of no hostPort: the pod has to be named.
    equal(await folderOf("--pod", "port", "--runtime", "ctr", "--url", url), site("port"));
  });

  await t.step("a NodePort leads to the pod that is named", async () => {
    const { status, stdout, stderr } = await locate(
      "--pod",
      "port",
      "--url",
      "http://files.example:30080/",
    );
    equal(status, 0, stderr);
    equal(stdout.trimEnd().split("\n").at(-1), site("port"));
    match(stderr, /port 30080 .* is taken to arrive at port 80/);
  });

  await t.step("several containers, and a sidecar", async () => {
    const url = `http://${await ip("two")}/`;
    const unnamed = await locate("--pod", "two", "--url", url);
    equal(unnamed.status, 4);
    match(
      unnamed.stderr,
      /Cannot choose the pod "two": there are (?=.*\bidle\b)(?=.*\bnginx\b).*\bsidecar\b/,
    );
    const only = ["--pod", "two", "--url"];
    await byEach(site("two"), ...only, url, "-c", "nginx");
    await byEach(site("sidecar"), ...only, url.replace(/\/$/, ":8080/"), "-c", "sidecar");
    // All share one network: the one that listens there.
    equal(await folderOf(...byUrl, "--url", url), site("two"));
    equal(await folderOf(...byUrl, "--url", url.replace(/\/$/, ":8080/")), site("sidecar"));
  });

  await t.step("a user without rights, and a root file system that is read-only", async () => {
    const url = `http://${await ip("locked")}:8080/`;
    equal(await folderOf("--pod", "locked", "--url", url), site("locked"));
  });

  await t.step("a static pod, whose mirror has another UID", async () => {
    const name = `static-${NODE}`;
    const hash = await kubectl(
      "get",
      "pod",
      name,
      "-o",
      "jsonpath={.metadata.annotations.kubernetes\\.io/config\\.mirror}",
    );
    const folder = `${host.folder}/kubelet/pods/${hash}/volumes/kubernetes.io~empty-dir/files`;
    await byEach(folder, "--pod", name, "--url", `http://${await ip(name)}/`);
  });

  await t.step("crictl by /etc/crictl.yaml alone", async () => {
    const { CONTAINER_RUNTIME_ENDPOINT: endpoint = "", ...env } = host.env;
    // An /etc of its own, which nothing else sees.
    const script = `cp -a /etc /run/etc-of-crictl && mount --bind /run/etc-of-crictl /etc &&
echo "runtime-endpoint: ${endpoint}" >/etc/crictl.yaml && exec "$@"`;
    const own = [tool("unshare") ?? "unshare", "--mount", "/bin/sh", "-c", script, "sh"];
    for (const client of ["crictl", "crictl-1.37"] as const) {
      const PATH = `${await cluster.pathWith(client)}:/usr/bin:/bin`;
      const args = ["--runtime", "crictl", "--pod", "two", "-c", "nginx", "--quiet"];
      const { status, stdout, stderr } = await binimport(
        ["locate", ...args, "--url", `http://${await ip("two")}/`],
        { env: { ...env, PATH }, under: [...host.enter, ...own] },
      );
      equal(status, 0, stderr);
      equal(stdout, `${site("two")}\n`);
      await host.client("rm", "-r", "/run/etc-of-crictl");
    }
  });

  await t.step("a container that was started again", async () => {
    const state = (what: string) =>
      kubectl("get", "pod", "host", "-o", `jsonpath={.status.containerStatuses[0].${what}}`);
    const before = await state("containerID");
    await host.client(
      "ctr",
      "-n",
      "k8s.io",
      "tasks",
      "kill",
      "--signal",
      "SIGKILL",
      before.replace(/^.*\//, ""),
    );
    await kubectl(
      "wait",
      "--for=jsonpath={.status.containerStatuses[0].restartCount}=1",
      "pod/host",
      "--timeout=60s",
    );
    await kubectl("wait", "--for=condition=Ready", "pod/host", "--timeout=60s");
    await byEach(site("host"), "--pod", "host", "--url", `http://${ADDRESS}:8088/`);
  });

  await t.step("a pod of another node", async () => {
    const { status, stderr } = await locate("--pod", "elsewhere", "--url", "http://192.0.2.7/");
    equal(status, 4);
    match(stderr, /it runs on the node node-7, and this host is .*\n {2}Run binimport on node-7\./);
  });

  await t.step("an import into a pod, proved through it", async () => {
    await using release = await makeRelease();
    const url = `http://${await ip("locked")}:8080/`;
    const target = ["--to", "container:kubectl/default/locked", "--url", url];
    const { status, stdout, stderr } = await host.binimportWith(
      path,
      "import",
      release.componentTools,
      ...target,
    );
    equal(status, 0, stderr);
    match(stdout, /container:\w+\/\S+ \(.*\/locked\): 40 written/);
  });
}

/** Starts them; gives where the folder of each lies. */
async function start(cluster: Cluster): Promise<(name: string) => string> {
  const { host, kubectl } = cluster;
  const folder = (name: string) => `${host.folder}/sites/${name}`;
  for (const name of ["host", "port", "two", "sidecar", "locked"]) {
    await host.share(`sites/${name}`);
  }
  for (const name of ["host", "port", "two", "sidecar", "locked"]) {
    await Deno.writeTextFile(`${folder(name)}/x`, name);
  }
  const files = (name: string) => hostPath(name, folder(name));
  const mounted = (name: string) => [{ name, mountPath: HTML }];
  const high = { command: ["/usr/sbin/nginx", "-c", "/etc/nginx/high.conf"] };
  await cluster.apply(
    { apiVersion: "v1", kind: "Node", metadata: { name: "node-7" } },
    pod("host", [files("host")], [
      nginx(mounted("host"), { command: ["/usr/sbin/nginx", "-c", "/etc/nginx/host.conf"] }),
    ], { hostNetwork: true }),
    pod("port", [files("port")], [
      nginx(mounted("port"), { ports: [{ containerPort: 80, hostPort: 8089 }] }),
    ]),
    pod("two", [files("two"), files("sidecar")], [
      { name: "idle", ...IMAGE },
      nginx(mounted("two")),
    ], {
      initContainers: [
        nginx(mounted("sidecar"), { ...high, name: "sidecar", restartPolicy: "Always" }),
      ],
    }),
    pod("locked", [files("locked"), { name: "tmp", emptyDir: {} }], [
      nginx([...mounted("locked"), { name: "tmp", mountPath: "/tmp" }], {
        ...high,
        securityContext: { runAsUser: 101, readOnlyRootFilesystem: true },
      }),
    ]),
    pod("elsewhere", [files("host")], [nginx(mounted("host"))], { nodeName: "node-7" }),
  );
  await Deno.writeTextFile(
    `${host.folder}/manifests/static.json`,
    JSON.stringify(pod("static", [{ name: "files", emptyDir: {} }], [nginx(mounted("files"))])),
  );
  // As the kubelet of that node would tell it.
  const status = { phase: "Running", hostIP: "192.0.2.7", containerStatuses: [runningStatus] };
  await kubectl(
    "patch",
    "pod",
    "elsewhere",
    "--subresource=status",
    "-p",
    JSON.stringify({ status }),
  );
  const names = ["host", "port", "two", "locked"].map((name) => `pod/${name}`);
  await kubectl("wait", "--for=condition=Ready", ...names, "--timeout=60s");
  await kubectl("wait", "--for=create", `pod/static-${NODE}`, "--timeout=60s");
  await kubectl("wait", "--for=condition=Ready", `pod/static-${NODE}`, "--timeout=60s");
  return folder;
}

const runningStatus = {
  name: "nginx",
  image: IMAGE.image,
  imageID: "",
  ready: true,
  restartCount: 0,
  containerID: `containerd://${"7".repeat(64)}`,
  state: { running: { startedAt: "2026-01-01T00:00:00Z" } },
};
