/** The manifests of examples/kubernetes, applied: an image from scratch, a Job of shares, a DaemonSet. */
import { equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { Cluster } from "../../../support/containers/cluster.ts";
import { ADDRESS } from "../../../support/containers/namespaces.ts";
import { startDaemon } from "../../../support/daemon.ts";
import { digests, makeRelease } from "../../../support/e2e/packages.ts";
import { digestsBelow } from "../../../support/e2e/targets.ts";
import { tool } from "../../../support/require.ts";
import { run } from "../../../support/run.ts";
import { FILE } from "../../../support/single_file/file.ts";

/** Programs that these steps need besides the cluster's. */
export const JOB_TOOLS = ["minio", "gzip", "sha256sum"];

const EXAMPLE = fileURLToPath(new URL("../../../../examples/kubernetes/", import.meta.url));
const IMAGE = "registry.example/binimport:0.1.0";
const [USER, PASSWORD] = ["test-admin", "test-password/+@%"];
const MINIO = `http://${ADDRESS}:9000`;

/** The steps. */
export async function testJobs(t: Deno.TestContext, cluster: Cluster): Promise<void> {
  const { host, kubectl } = cluster;
  await using release = await makeRelease();
  // Both end with the cluster's namespaces.
  await startMinio(cluster);
  await serve(cluster, release.folder);
  const endpoint = `${MINIO}/kubean`;
  const inNamespace = (...args: readonly string[]) => kubectl("--namespace", "binimport", ...args);

  await t.step("an image from scratch", async () => {
    const archive = `${host.folder}/binimport-image.tar`;
    await Deno.writeFile(archive, await run("/bin/sh", [`${EXAMPLE}image.sh`, FILE, IMAGE]));
    await host.client(
      "ctr",
      "-n",
      "k8s.io",
      "images",
      "import",
      "--snapshotter",
      "native",
      archive,
    );
    await kubectl("create", "namespace", "binimport");
  });

  await t.step("an Indexed Job; one of its pods is removed in the middle", async () => {
    const password = `${host.folder}/password`;
    await Deno.writeTextFile(password, PASSWORD);
    await inNamespace(
      "create",
      "secret",
      "generic",
      "binimport-s3",
      `--from-literal=username=${USER}`,
      `--from-file=password=${password}`,
    );
    // So slow that there is a middle.
    await applyExample(cluster, "import-job.yaml", {
      PACKAGE: `http://${ADDRESS}:8070/offline-files.tar.gz`,
      BINIMPORT_ENDPOINT: endpoint,
      BINIMPORT_BWLIMIT: "500KiB",
    }, (text) => text.replace('cpu: "1"', "cpu: 100m"));
    const shares = ["--selector=batch.kubernetes.io/job-name=binimport-import"];
    const name = "jsonpath={.items[?(@.status.phase=='Running')].metadata.name}";
    let victim = "";
    while (victim === "") {
      [victim = ""] = (await inNamespace("get", "pods", ...shares, "-o", name)).split(" ");
    }
    await inNamespace("delete", "pod", victim, "--force");
    await inNamespace("wait", "--for=condition=Complete", "job/binimport-import", "--timeout=180s");
    const index = "jsonpath={.status.completedIndexes} {.status.succeeded}";
    equal(await inNamespace("get", "job", "binimport-import", "-o", index), "0-3 4");
    const logs = await inNamespace("logs", ...shares, "--prefix");
    match(logs, /Imported/);
    equal(logs.includes(PASSWORD), false);
    const verified = await host.binimport(
      "verify",
      release.offlineFiles,
      ...["--adapter", "minio", "--endpoint", endpoint, "--username", USER],
      ...["--password-file", password],
    );
    equal(verified.status, 0, verified.stderr);
  });

  await t.step("a DaemonSet of mirrors", async () => {
    await kubectl("label", "node", "--all", "binimport/mirror=");
    const mirror = `${host.folder}/mirror`;
    const source = `http://${ADDRESS}:8070/component-tools.tar.gz`;
    await applyExample(
      cluster,
      "mirror-daemonset.yaml",
      { PACKAGE: source },
      (text) =>
        text.replaceAll("path: /srv/www", `path: ${mirror}`).replaceAll(
          "hostPort: 8080",
          "hostPort: 8071",
        ),
    );
    await inNamespace("rollout", "status", "daemonset/binimport-mirror", "--timeout=120s");
    const tools = [...release.files].filter(([key]) => key.startsWith("tools/"));
    const { ".binimport/manifest.json": _, ...written } = await digestsBelow(mirror);
    equal(JSON.stringify(written), JSON.stringify(digests(new Map(tools))));
    const url = `http://${ADDRESS}:8071/tools/bin/tool-2.sh`;
    equal(await host.client("curl", "-sSf", "-o", "/dev/null", "-w", "%{http_code}", url), "200");
  });
}

/** Applies an example as a user would who has changed the environment in it. */
async function applyExample(
  cluster: Cluster,
  name: string,
  env: Readonly<Record<string, string>>,
  change: (text: string) => string = (text) => text,
): Promise<void> {
  const text = change(await Deno.readTextFile(EXAMPLE + name));
  const manifest: Manifest = parse(text, { version: "1.1", merge: true });
  const { initContainers = [], containers } = manifest.spec.template.spec;
  for (const container of [...initContainers, ...containers]) {
    const kept = (container.env ?? []).filter(({ name }) => env[name] === undefined);
    container.env = [...kept, ...Object.entries(env).map(([name, value]) => ({ name, value }))];
  }
  await cluster.apply(manifest);
}

/** What a manifest has that is changed. */
interface Manifest {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly initContainers?: readonly Container[];
        readonly containers: readonly Container[];
      };
    };
  };
}

interface Container {
  env?: readonly { readonly name: string; readonly value?: string }[];
}

/** MinIO on the address that pods reach. */
async function startMinio({ host }: Cluster): Promise<void> {
  const { enter: [program, ...before], folder } = host;
  const args = ["server", `${folder}/minio`, "--address", `${ADDRESS}:9000`, "--quiet"];
  const env = { MINIO_ROOT_USER: USER, MINIO_ROOT_PASSWORD: PASSWORD, MINIO_BROWSER: "off" };
  const argv = [program, ...before, tool("minio") ?? "minio", ...args] as const;
  await startDaemon(
    { argv, env },
    () => answers(host, `${MINIO}/minio/health/ready`),
  );
}

/** A web server of the site, which has the packages. */
async function serve({ host }: Cluster, root: string): Promise<void> {
  const { enter: [program, ...before], folder } = host;
  const conf = `${folder}/source.conf`;
  await Deno.writeTextFile(
    conf,
    `daemon off; user root; pid ${folder}/source.pid; error_log stderr; events {}
http { access_log off; server { listen ${ADDRESS}:8070; root ${root}; } }`,
  );
  const argv = [program, ...before, tool("nginx") ?? "nginx", "-c", conf] as const;
  await startDaemon(
    { argv },
    () => answers(host, `http://${ADDRESS}:8070/offline-files.tar.gz`),
  );
}

async function answers(host: Cluster["host"], url: string): Promise<boolean> {
  try {
    await host.client("curl", "-sSf", "-o", "/dev/null", url);
    return true;
  } catch {
    return false;
  }
}
