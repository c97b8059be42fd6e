/** What pods, roles and API servers refuse: one sentence, one next step, exit status 4. */
import { doesNotMatch, equal, match } from "node:assert/strict";
import type { Cluster } from "../../../support/containers/cluster.ts";
import { kubeconfigFor } from "../../../support/containers/cluster_settings.ts";
import { binimport } from "../../../support/e2e/run.ts";
import { tool } from "../../../support/require.ts";
import { IMAGE, nginx, pod } from "./objects.ts";

const URL = ["--url", "http://files.example/"];

/** The steps. The last of them stops the API server. */
export async function testRefusals(t: Deno.TestContext, cluster: Cluster): Promise<void> {
  const { host, kubectl } = cluster;
  const onlyKubectl = await cluster.pathWith("kubectl");
  const byKubectl = ["--runtime", "kubectl", "--pod", "all"];
  const onlyCrictl = await cluster.pathWith("crictl");
  const all = await cluster.pathWith("kubectl", "crictl", "ctr");
  await start(cluster);

  const asRoot = (path: string, args: readonly string[]) =>
    host.binimportWith(path, "locate", ...args);
  /** Where nobody may look into processes of containers: root itself, without these rights. */
  const withoutRights = (path: string, args: readonly string[]) => {
    const drop = "--bounding-set=-sys_ptrace,-dac_override,-dac_read_search";
    const under = [...host.enter, tool("setpriv") ?? "setpriv", drop];
    return binimport(["locate", ...args], { env: { ...host.env, PATH: path }, under });
  };
  const isRefused = (
    { status, stdout, stderr }: Awaited<ReturnType<typeof asRoot>>,
    sentence: RegExp,
    hint: RegExp,
  ) => {
    equal(status, 4, stdout + stderr);
    const [first = "", second = "", ...others] = stderr.trimEnd().split("\n");
    match(first, sentence);
    match(second, hint);
    equal(others.length, 0, stderr);
  };

  /** Refused, with this sentence and this next step. */
  const refuses = async (path: string, args: readonly string[], sentence: RegExp, hint: RegExp) =>
    isRefused(await asRoot(path, [...args, ...URL]), sentence, hint);
  const states: Readonly<Record<string, RegExp>> = {
    pending: /it is Pending$/,
    crashing: /it is (?:CrashLoopBackOff|Error)$/,
    ending: /it is Terminating$/,
    evicted: /it is Evicted$/,
  };
  for (const [name, sentence] of Object.entries(states)) {
    await t.step(
      `a pod that is ${name}`,
      () =>
        refuses(
          onlyKubectl,
          ["--pod", name],
          sentence,
          new RegExp(`See kubectl -n default describe pod ${name}\\.`),
        ),
    );
  }

  /** Runs a step as the user `guest`, whom these rules allow something. */
  const asGuest = async (rules: readonly unknown[], step: () => Promise<void>) => {
    const rbac = "rbac.authorization.k8s.io";
    await cluster.apply(
      { apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata: { name: "guest" }, rules },
      {
        apiVersion: `${rbac}/v1`,
        kind: "ClusterRoleBinding",
        metadata: { name: "guest" },
        roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "guest" },
        subjects: [{ apiGroup: rbac, kind: "User", name: "guest" }],
      },
    );
    await withUser(cluster, "guest", step);
  };

  await t.step("a role that allows nothing", () =>
    asGuest([], () =>
      refuses(
        onlyKubectl,
        byKubectl,
        /kubectl: Error from server \(Forbidden\): pods "all" is forbidden: User "guest" cannot get resource "pods"/,
        /Bind a role that allows it \(kubectl create role NAME --verb=get --resource=pods\)/,
      )));

  await t.step(
    "a role that allows to get pods: /proc tells the rest",
    () =>
      asGuest([{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }], async () => {
        const address = await ipOf(cluster, "all");
        const args = ["locate", "--pod", "all", "--url", `http://${address}/v/claim/`];
        const { status, stdout, stderr } = await host.binimportWith(onlyKubectl, ...args);
        equal(status, 0, stderr);
        match(stdout, /in the container, read over \/proc\n/);
        equal(stdout.trimEnd().split("\n").at(-1), `${host.folder}/data/claim`);
      }),
  );

  await t.step(
    "a role that forbids to get volumes: the kernel tells what is mounted",
    () =>
      asGuest([
        { apiGroups: [""], resources: ["pods", "persistentvolumeclaims"], verbs: ["get"] },
        { apiGroups: [""], resources: ["pods/exec"], verbs: ["get", "create"] },
      ], async () => {
        const args = ["--pod", "all", "--url", `http://${await ipOf(cluster, "all")}/v/claim/`];
        for (
          const ended of await Promise.all([
            asRoot(onlyKubectl, args),
            withoutRights(onlyKubectl, args),
          ])
        ) {
          equal(ended.status, 0, ended.stderr);
          equal(ended.stdout.trimEnd().split("\n").at(-1), `${host.folder}/data/claim`);
        }
      }),
  );

  await t.step("kubelet's folder, which may not be looked into", async () => {
    const uid = await kubectl("get", "pod", "all", "-o", "jsonpath={.metadata.uid}");
    const url = `http://${await ipOf(cluster, "all")}/v/empty/`;
    const folder = `${host.folder}/kubelet/pods/${uid}/volumes`;
    await Deno.chown(folder, 65_534, 65_534);
    try {
      isRefused(
        await withoutRights(onlyKubectl, ["--pod", "all", "--url", url]),
        /Cannot use ".*~empty-dir\/empty": permission denied in kubelet's folders$/,
        /Run as root\./,
      );
    } finally {
      await Deno.chown(folder, 0, 0);
    }
  });

  await t.step("no client, and no right to look at processes", async () => {
    const url = `http://${await ipOf(cluster, "all")}/v/claim/`;
    const none = await cluster.pathWith();
    isRefused(
      await withoutRights(none, ["--pod", "all", "--url", url]),
      /Cannot read the configuration in the container "nginx" \(kubelet\): without a client only root/,
      /Run as root, or with crictl or kubectl on PATH\./,
    );
    isRefused(
      await asRoot(none, ["--pod", "nobody", "--url", url]),
      /Cannot find the container: none of docker, .* is on PATH$/,
      /with its client on PATH \(sudo has a PATH of its own\); for a pod as root\./,
    );
  });

  await t.step(
    "a token that is not known",
    () =>
      withUser(cluster, "stranger", () =>
        refuses(
          onlyKubectl,
          byKubectl,
          /You must be logged in to the server/,
          /kubeconfig that is valid/,
        )),
  );

  await t.step("no containerd for crictl", async () => {
    const socket = host.env["CONTAINER_RUNTIME_ENDPOINT"] ?? "";
    host.env["CONTAINER_RUNTIME_ENDPOINT"] = "unix:///run/nobody.sock";
    await refuses(
      onlyCrictl,
      ["--runtime", "crictl", "--pod", "all"],
      /crictl: .*\/run\/nobody\.sock/,
      /try it by hand|Run as root/,
    );
    host.env["CONTAINER_RUNTIME_ENDPOINT"] = socket;
  });

  await t.step("an API server that is gone", async () => {
    const address = await ipOf(cluster, "all");
    const before = host.env["KUBECONFIG"] ?? "";
    const gone = JSON.stringify(kubeconfigFor("admin")).replace(":6443", ":6444");
    await Deno.writeTextFile(`${host.folder}/gone`, gone);
    host.env["KUBECONFIG"] = `${host.folder}/gone`;
    await refuses(
      onlyKubectl,
      byKubectl,
      /kubectl: The connection to the server 127\.0\.0\.1:6444 was refused/,
      /API server runs and answers: try it by hand/,
    );
    const args = ["locate", "--pod", "all", "--url", `http://${address}/v/claim/`, "--quiet"];
    // By other clients, and without one of them by /proc.
    for (const path of [all, onlyKubectl]) {
      const { status, stdout, stderr } = await host.binimportWith(path, ...args);
      equal(status, 0, stderr);
      equal(stdout, `${host.folder}/data/claim\n`);
      doesNotMatch(stderr, /refused/);
    }
    host.env["KUBECONFIG"] = before;
  });
  await kubectl("delete", "pod", "ending", "--force");
}

function ipOf({ kubectl }: Cluster, name: string): Promise<string> {
  return kubectl("get", "pod", name, "-o", "jsonpath={.status.podIP}");
}

/** Runs a step with the kubeconfig of another user. */
async function withUser(
  { host }: Cluster,
  user: string,
  step: () => Promise<void>,
): Promise<void> {
  const before = host.env["KUBECONFIG"] ?? "";
  await Deno.writeTextFile(`${host.folder}/${user}`, JSON.stringify(kubeconfigFor(user)));
  try {
    host.env["KUBECONFIG"] = `${host.folder}/${user}`;
    await step();
  } finally {
    host.env["KUBECONFIG"] = before;
  }
}

/** Starts pods in such states. */
async function start({ apply, kubectl }: Cluster): Promise<void> {
  const idle = { name: "idle", ...IMAGE };
  await apply(
    pod("pending", [], [nginx([])], { nodeSelector: { no: "such-node" } }),
    pod("crashing", [], [nginx([], { command: ["/bin/sh", "-c", "exit 3"] })]),
    pod("ending", [], [idle], { terminationGracePeriodSeconds: 600 }),
    pod("evicted", [], [nginx([])], { nodeName: "node-7" }),
  );
  const status = { phase: "Failed", reason: "Evicted", message: "The node was low on resource" };
  await kubectl(
    "patch",
    "pod",
    "evicted",
    "--subresource=status",
    "-p",
    JSON.stringify({ status }),
  );
  await kubectl("wait", "--for=condition=Ready", "pod/ending", "--timeout=60s");
  await kubectl("delete", "pod", "ending", "--wait=false");
  await kubectl(
    "wait",
    "--for=jsonpath={.status.containerStatuses[0].restartCount}=1",
    "pod/crashing",
    "--timeout=60s",
  );
}
