/** Kubernetes: a real cluster of one node, and what binimport makes of its pods. */
import { CLUSTER_TOOLS, startCluster } from "../../support/containers/cluster.ts";
import { testWithContainers } from "../../support/containers/test_with_containers.ts";
import { IMAGE_FILES } from "./cluster/objects.ts";
import { testPods } from "./cluster/pods.ts";
import { testRefusals } from "./cluster/refusals.ts";
import { testVolumes } from "./cluster/volumes.ts";

testWithContainers("kubernetes: pods of a real cluster", CLUSTER_TOOLS, async (t) => {
  await using cluster = await startCluster(IMAGE_FILES);
  await t.step("volumes", (t) => testVolumes(t, cluster));
  await t.step("pods", (t) => testPods(t, cluster));
  await t.step("refusals", (t) => testRefusals(t, cluster));
});
