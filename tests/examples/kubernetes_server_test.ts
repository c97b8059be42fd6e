import { fileURLToPath } from "node:url";
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
