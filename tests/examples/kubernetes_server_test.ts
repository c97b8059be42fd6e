import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { makeRelease } from "../support/e2e/packages.ts";
import { binimport } from "../support/e2e/run.ts";
import { writeProgram } from "../support/examples/program.ts";
import { startMinio } from "../support/minio_server.ts";
import { startNginx } from "../support/nginx_server.ts";
import { testWithTools, tool } from "../support/require.ts";
import { run } from "../support/run.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/kubernetes/", import.meta.url));
const MANIFESTS = ["import-job.yaml", "mirror-daemonset.yaml", "node-check-daemonset.yaml"];

/** Of those whose schemas the package has, the oldest that are of use, and the newest. */
const VERSIONS = ["1.27", "1.31", "1.37"];

testWithTools(
  "examples: the manifests are as Kubernetes wants them",
  ["kubernetes-validate"],
  async (t) => {
    for (const version of VERSIONS) {
      await t.step(version, async () => {
        const files = MANIFESTS.map((name) => EXAMPLE + name);
        await run(tool("kubernetes-validate") ?? "", ["--strict", "-k", version, ...files]);
      });
    }
  },
);

/** What the test uses of the job. */
interface JobSpec {
  readonly completions: number;
  readonly parallelism: number;
  readonly template: {
    readonly spec: {
      readonly containers: readonly [{
        readonly command: readonly [string, ...string[]];
        readonly args: readonly string[];
        readonly env: readonly { readonly name: string; readonly value?: string }[];
      }];
    };
  };
}

const TOOLS = ["minio", "nginx", "tar"];

testWithTools("examples: the pods of the job import all files between them", TOOLS, async () => {
  await using release = await makeRelease();
  await using minio = await startMinio();
  await using nginx = await startNginx(release.folder);
  await writeProgram(release.folder);
  const spec: JobSpec = parse(await Deno.readTextFile(`${EXAMPLE}import-job.yaml`)).spec;
  const [container] = spec.template.spec.containers;
  const [shell, ...before] = container.command;
  const shards = container.env.find(({ name }) => name === "SHARDS")?.value ?? "";
  assert.equal(shards, String(spec.completions), "one share for each pod");
  assert.equal(spec.parallelism, spec.completions);
  const pods = Array.from(
    { length: spec.completions },
    (_, index) =>
      run(shell, [...before, ...container.args], {
        env: {
          JOB_COMPLETION_INDEX: String(index),
          SHARDS: shards,
          PACKAGE: `${nginx.url}offline-files.tar.gz`,
          BINIMPORT_ENDPOINT: `${minio.url}/kubean`,
          BINIMPORT_USERNAME: minio.user,
          BINIMPORT_PASSWORD: minio.password,
          PATH: `${release.folder}:${Deno.env.get("PATH")}`,
        },
      }),
  );
  await Promise.all(pods);
  const verified = await binimport(
    ["verify", release.offlineFiles, "--adapter", "minio", "--endpoint", `${minio.url}/kubean`],
    { env: { BINIMPORT_USERNAME: minio.user, BINIMPORT_PASSWORD: minio.password } },
  );
  assert.equal(verified.status, 0, verified.stderr);
});
