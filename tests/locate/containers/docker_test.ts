/** docker, by answers that a daemon here does not give. */
import { deepEqual } from "node:assert/strict";
import { docker } from "../../../locate/containers/runtimes/docker.ts";
import { recordedTool } from "../../support/containers/recorded.ts";

Deno.test("docker: of cri-dockerd's containers the pod's sandbox has the network", async () => {
  const [id, sandbox] = ["ab".repeat(32), "cd".repeat(32)];
  const container = {
    Id: id,
    Name: "/k8s_nginx_files-0_kubean_0d1f_0",
    HostConfig: { NetworkMode: `container:${sandbox}` },
    NetworkSettings: { Ports: {}, Networks: {} },
  };
  const lender = {
    Id: sandbox,
    HostConfig: { NetworkMode: "host" },
    NetworkSettings: {
      Ports: { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "8080" }] },
      Networks: { host: { IPAddress: "10.0.0.9" } },
    },
  };
  const tool = recordedTool({
    [`container inspect -- ${id}`]: JSON.stringify([container]),
    [`container inspect -- ${sandbox}`]: JSON.stringify([lender]),
  });
  const [found] = await docker.find({ kind: "container", name: id }, tool, {});
  deepEqual(found?.network, {
    isHosts: true,
    addresses: ["10.0.0.9"],
    ports: [{ hostPort: 8080, containerPort: 80 }],
  });
});
