/** Kubernetes: a real cluster of one node, and what binimport makes of its pods. */
import { existsSync } from "node:fs";
import { CLUSTER_TOOLS, startCluster } from "../../support/containers/cluster.ts";
import { testWithContainers } from "../../support/containers/test_with_containers.ts";
import { FILE } from "../../support/single_file/file.ts";
import { JOB_TOOLS, testJobs } from "./cluster/jobs.ts";
import { IMAGE_FILES } from "./cluster/objects.ts";
import { testPods } from "./cluster/pods.ts";
import { testRefusals } from "./cluster/refusals.ts";
import { testVolumes } from "./cluster/volumes.ts";

const TOOLS = [...CLUSTER_TOOLS, ...JOB_TOOLS];

testWithContainers("kubernetes: pods and jobs of a real cluster", TOOLS, async (t) => {
  await using cluster = await startCluster(IMAGE_FILES);
  await t.step("volumes", (t) => testVolumes(t, cluster));
  await t.step("pods", (t) => testPods(t, cluster));
  await t.step("refusals", (t) => testRefusals(t, cluster));
  const isPacked = existsSync(FILE);
  await t.step({
    name: isPacked ? "jobs" : "jobs (skipped: needs dist/binimport: deno task pack)",
    ignore: !isPacked && Deno.env.get("CI") !== "true",
    fn: (t) => testJobs(t, cluster),
  });
});
