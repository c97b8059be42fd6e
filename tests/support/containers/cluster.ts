/**
 * A real Kubernetes of one node: etcd, API server, controllers, scheduler, kubelet and containerd, in
 * namespaces of their own. Two test files that need it take one each; a test is one of many steps.
 */
import { symlink } from "node:fs/promises";
import { type Daemon, startDaemon } from "../daemon.ts";
import { tool } from "../require.ts";
import { makeCgroup } from "./cgroup.ts";
import { settingsOf, writeSettings } from "./cluster_settings.ts";
import { HOST_TOOLS, makeHost, type TestHost } from "./host.ts";
import { importImage } from "./image.ts";
import { makeNamespaces, NAMESPACE_TOOLS } from "./namespaces.ts";
import { makeRootFs } from "./root_fs.ts";

/** Programs that tests with it need. */
export const CLUSTER_TOOLS = [
  ...HOST_TOOLS,
  ...NAMESPACE_TOOLS,
  "etcd",
  "containerd",
  "ctr",
  "runc",
  "kubectl",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "crictl",
  "crictl-1.37",
  "ptp",
  "openssl",
  "tar",
];

/** A client of the cluster's containers, under the name that binimport knows. */
export type Client = "kubectl" | "crictl" | "crictl-1.37" | "ctr";

/** A running cluster. Disposing of it ends it, and leaves nothing. */
export interface Cluster extends AsyncDisposable {
  readonly host: TestHost;
  /** Runs kubectl as the cluster's administrator. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Creates or changes objects. */
  apply(...objects: readonly unknown[]): Promise<void>;
  /** A folder for `PATH` with these clients of the cluster and no others. */
  pathWith(...clients: readonly Client[]): Promise<string>;
}

/**
 * Starts it, with an image `localhost/web:1`: the real nginx and a shell. Takes about 10 s.
 *
 * @param files more of the image, by path
 */
export async function startCluster(files: Readonly<Record<string, string>>): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const cgroup = stack.use(await makeCgroup());
  const host = stack.use(await makeHost({ network: await makeNamespaces() }));
  const settings = settingsOf(host.folder, cgroup.name);
  await writeSettings(settings);
  const { env, enter, folder } = host;
  env["KUBECONFIG"] = settings.kubeconfig;
  env["KUBECACHEDIR"] = `${folder}/kube-cache`;
  env["CONTAINERD_ADDRESS"] = settings.socket;
  env["CONTAINER_RUNTIME_ENDPOINT"] = `unix://${settings.socket}`;
  const kubectl = (...args: readonly string[]) => host.client("kubectl", ...args);
  const start = (name: keyof typeof settings.programs, isReady: () => Promise<string>) => {
    const argv = [...enter, tool(name) ?? name, ...settings.programs[name]] as const;
    return startDaemon({ argv: [enter[0], ...argv.slice(1)], env }, () => holds(isReady));
  };
  const daemons: Promise<Daemon>[] = [
    start("etcd", () => Promise.resolve("it is waited for by the API server")),
    start("containerd", () => host.client("ctr", "version")),
  ];
  await Promise.all(daemons);
  await start("kube-apiserver", () => kubectl("get", "--raw", "/readyz"));
  const root = `${folder}/web`;
  await makeRootFs(root, {
    files,
    links: { "/app": "opt/site" },
    programs: ["sh", "cat", "ls", "readlink", "sleep"],
  });
  await Promise.all([
    importImage(host, root, "localhost/web:1"),
    start("kube-controller-manager", () => Promise.resolve("it is waited for by pods")),
    start("kube-scheduler", () => Promise.resolve("likewise")),
    start("kubelet", () => kubectl("wait", "--for=condition=Ready", "node", "--all")),
  ]);
  const owned = stack.move();
  return {
    host,
    kubectl,
    async apply(...objects) {
      const list = { apiVersion: "v1", kind: "List", items: objects };
      const path = `${folder}/apply-${crypto.randomUUID()}.json`;
      await Deno.writeTextFile(path, JSON.stringify(list));
      await kubectl("apply", "--filename", path);
    },
    async pathWith(...clients) {
      const path = await Deno.makeTempDir({ dir: folder, prefix: "path-" });
      for (const one of clients) {
        await symlink(tool(one) ?? one, `${path}/${one.replace(/-[\d.]+$/, "")}`);
      }
      return path;
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

async function holds(question: () => Promise<string>): Promise<boolean> {
  try {
    await question();
    return true;
  } catch {
    return false;
  }
}
