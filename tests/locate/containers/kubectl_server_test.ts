/** kubectl: the real client, a stand-in for the API server, and a container in a real containerd. */
import { equal, match, ok } from "node:assert/strict";
import { hostname } from "node:os";
import { CONTAINERD_TOOLS, startContainerd } from "../../support/containers/containerd.ts";
import { makeHost, type TestHost } from "../../support/containers/host.ts";
import { type KubeApi, startKubeApi } from "../../support/containers/kube_api.ts";
import { makeRootFs, nginxConf } from "../../support/containers/root_fs.ts";
import { testWithContainers } from "../../support/containers/test_with_containers.ts";
import { makeRelease } from "../../support/e2e/packages.ts";
import { freePort } from "../../support/ports.ts";
import { tool } from "../../support/require.ts";

const ROOT = "/usr/share/nginx/html";

/** A container as a kubelet's runtime would name it. */
const ID = "5eed".repeat(16);

interface PodOptions {
  readonly volume: unknown;
  readonly mount?: Readonly<Record<string, unknown>>;
  readonly node?: string;
  readonly containers?: readonly string[];
}

function pod(
  name: string,
  { volume, mount = {}, node = hostname(), containers = ["nginx"] }: PodOptions,
): [key: string, pod: unknown] {
  const isHere = node === hostname();
  return [`kubean/${name}`, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "kubean", uid: "0d1f6ad4-7d4b-4a6e-9d5f-3f2f1a9a7b10" },
    spec: {
      nodeName: node,
      hostNetwork: true,
      volumes: [{ name: "files", ...(volume as object) }],
      containers: containers.map((one) => ({
        name: one,
        image: "web",
        volumeMounts: [{ name: "files", mountPath: ROOT, ...mount }],
      })),
    },
    status: {
      phase: "Running",
      hostIP: isHere ? "127.0.0.1" : "192.0.2.7",
      podIPs: [{ ip: isHere ? "127.0.0.1" : "192.0.2.7" }],
      containerStatuses: containers.map((one, i) => ({
        name: one,
        state: { running: {} },
        containerID: isHere && i === 0 ? `containerd://${ID}` : `containerd://${"0".repeat(64)}`,
      })),
    },
  }];
}

function cluster(site: string, host: TestHost): KubeApi {
  const claim = (name: string, volumeName: string): [string, unknown] => [
    `kubean/${name}`,
    { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name }, spec: { volumeName } },
  ];
  const volume = (name: string, spec: unknown): [string, unknown] => [
    name,
    { apiVersion: "v1", kind: "PersistentVolume", metadata: { name }, spec },
  ];
  const claimed = (claimName: string) => ({ persistentVolumeClaim: { claimName } });
  const [parent, last] = [site.replace(/\/[^/]+$/, ""), site.replace(/^.*\//, "")];
  return startKubeApi({
    pods: new Map([
      pod("files-0", { volume: { hostPath: { path: site } } }),
      pod("claimed", { volume: claimed("data"), mount: { subPath: last, readOnly: true } }),
      pod("nfs", { volume: claimed("nfs") }),
      pod("unbound", { volume: claimed("waiting") }),
      pod("settings", { volume: { configMap: { name: "settings" } } }),
      pod("elsewhere", { volume: { hostPath: { path: site } }, node: "node-7" }),
      pod("two", { volume: { hostPath: { path: site } }, containers: ["nginx", "exporter"] }),
    ]),
    claims: new Map([claim("data", "pv-1"), claim("nfs", "pv-2"), claim("waiting", "")]),
    volumes: new Map([
      volume("pv-1", { hostPath: { path: parent } }),
      volume("pv-2", { nfs: { server: "192.0.2.9", path: "/export" } }),
    ]),
    forbidden: ["secret-0"],
    exec(argv) {
      const args = ["tasks", "exec", "--exec-id", crypto.randomUUID(), ID, ...argv];
      return new Deno.Command(tool("ctr") ?? "ctr", { args, env: host.env }).output();
    },
  });
}

async function useCluster(host: TestHost, { url }: KubeApi): Promise<void> {
  const kubeconfig = `${host.folder}/kubeconfig`;
  const named = (name: string, content: unknown) => [{ name: "test", [name]: content }];
  await Deno.writeTextFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: named("cluster", { server: url }),
      users: named("user", {}),
      contexts: named("context", { cluster: "test", user: "test" }),
      "current-context": "test",
    }),
  );
  host.env["KUBECONFIG"] = kubeconfig;
  host.env["KUBECACHEDIR"] = `${host.folder}/kube-cache`;
}

/** kubectl runs programs over WebSockets since 1.31. */
async function speaksWebSockets(host: TestHost): Promise<boolean> {
  const { clientVersion } = JSON.parse(
    await host.client("kubectl", "version", "--client", "-o", "json"),
  );
  return Number.parseInt(clientVersion.minor) >= 31;
}

const NEEDED = [...CONTAINERD_TOOLS, "kubectl"];

testWithContainers("kubectl: from a pod to the host", NEEDED, async (t) => {
  await using host = await makeHost({ network: "ours" });
  await using _containerd = await startContainerd(host);
  const site = await host.share("site");
  const port = freePort();
  const conf = nginxConf(`server { listen 127.0.0.1:${port}; root ${ROOT}; }`);
  await makeRootFs(`${host.folder}/root`, { files: { "/etc/nginx/nginx.conf": conf } });
  const mount = `type=bind,src=${site},dst=${ROOT},options=rbind:rw`;
  const given = ["--net-host", "--rootfs", "--mount", mount];
  await host.client("ctr", "run", "-d", ...given, `${host.folder}/root`, ID, "/usr/sbin/nginx");
  const url = `http://127.0.0.1:${port}/`;
  equal(await host.get(`${url}x`), "site");
  await using api = cluster(site, host);
  await useCluster(host, api);
  const locate = (pod: string, ...more: readonly string[]) =>
    host.binimport(
      "locate",
      "--runtime",
      "kubectl",
      "--pod",
      pod,
      "-n",
      "kubean",
      "--url",
      url,
      ...more,
    );

  await t.step("hostPath: each step is shown", async () => {
    const { status, stdout, stderr } = await locate("files-0");
    equal(status, 0, stderr);
    const how = await speaksWebSockets(host)
      ? "as nginx -T prints it in the container"
      : "in the container, read over /proc";
    const [, container, configuration, ...rest] = stdout.trimEnd().split("\n");
    match(
      container ?? "",
      /container files-0\/nginx \(kubectl, 5eed\w+\): it shares this host's network/,
    );
    ok(configuration?.endsWith(how), configuration);
    equal(rest.at(-2), `  ${ROOT} is mounted from ${site} (hostPath "files")`);
    equal(rest.at(-1), site);
    equal(stderr, "");
  });

  await t.step("a claim, its volume, and the subPath in it", async () => {
    const { status, stdout, stderr } = await locate("claimed");
    equal(status, 0, stderr);
    match(stdout, /\(PersistentVolumeClaim "data", read-only in the container\)\n/);
    equal(stdout.trimEnd().split("\n").at(-1), site);
  });

  await t.step("where kubelet's folder is not what is mounted, the kernel knows", async () => {
    const { status, stdout, stderr } = await locate("nfs");
    equal(status, 0, stderr);
    equal(stdout.trimEnd().split("\n").at(-1), site);
  });

  await t.step("by the URL alone", async () => {
    const runtime = ["--runtime", "kubectl", "--adapter", "container"];
    const { status, stdout, stderr } = await host.binimport("locate", ...runtime, "--url", url);
    equal(status, 0, stderr);
    equal(stdout.trimEnd().split("\n").at(-1), site);
    const asked = api.requests.findLast((one) => one.startsWith("GET /api/v1/pods?")) ?? "";
    const node = hostname().toLowerCase();
    match(decodeURIComponent(asked), new RegExp(`spec\\.nodeName=${node},status\\.phase=Running`));
  });

  await t.step("an import is proved through the container", async () => {
    await using release = await makeRelease();
    const target = ["--to", "container:kubectl/kubean/files-0", "--url", url];
    const { status, stdout, stderr } = await host.binimport(
      "import",
      release.componentTools,
      ...target,
    );
    equal(status, 0, stderr);
    match(stdout, /container:kubectl\/kubean\/files-0\/nginx \(.*\/site\): 40 written/);
  });

  const refusals: readonly [pod: string, message: RegExp, hint: RegExp][] = [
    ["settings", /the ConfigMap "files" at \S+ is a read-only copy/, /hostPath/],
    [
      "unbound",
      /PersistentVolumeClaim "waiting" at \S+ is not there, or not bound/,
      /describe pvc/,
    ],
    ["elsewhere", /it runs on the node node-7, and this host is /, /Run binimport on node-7/],
    [
      "two",
      /Cannot choose the pod "two": there are nginx, exporter/,
      /Add -c nginx or -c exporter/,
    ],
    ["nothing", /Cannot find the pod "nothing": kubectl has none of that name/, /-n NS/],
    [
      "secret-0",
      /kubectl: Error from server \(Forbidden\): pods "secret-0" is forbidden/,
      /Bind a role that allows it \(kubectl create role NAME --verb=get --resource=pods\)/,
    ],
  ];
  for (const [name, message, hint] of refusals) {
    await t.step(`refused: ${name}`, async () => {
      const { status, stdout, stderr } = await locate(name);
      equal(status, 4, stdout);
      const [error = "", next = ""] = stderr.split("\n");
      match(error, message);
      match(next, hint);
    });
  }

  await t.step("the container of the pod", async () => {
    equal((await locate("two", "-c", "nginx", "--quiet")).stdout, `${site}\n`);
    match(
      (await locate("two", "-c", "web")).stderr,
      /Cannot find the container "web" of the pod "two": it has nginx, exporter/,
    );
  });
});
