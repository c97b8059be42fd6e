/** nerdctl, by answers in the public formats of its releases. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { nerdctl } from "../../../locate/containers/runtimes/docker.ts";
import { fixture, recordedTool, shown } from "../../support/containers/recorded.ts";

const ID = "42a02c24a4588bc9bd909e5df956f480e21e246e0fe6ffa9ad1b03653e339706";
const INSPECT = "container inspect --";
const NOTHING = { status: 1, stderr: 'time="…" level=fatal msg="no such container web"' };

const KUBELET = "/var/lib/kubelet/pods/6ffc887b-d619-11e7-8e8b-42010af00002/volumes";

const OF_SPEC = [
  "/dev/shm bind mount: /run/containerd/io.containerd.grpc.v1.cri/sandboxes/0f8c455422a0/shm",
  "/tmp tmpfs: (is in memory, and gone when the container stops)",
  "/usr/share/nginx/html bind mount: /srv/files ro",
  '/etc/nginx/conf.d ConfigMap "conf": (is a read-only copy, which kubelet writes anew by itself) ro',
  `/var/cache/nginx emptyDir "cache": ${KUBELET}/kubernetes.io~empty-dir/cache`,
];

for (const release of ["0.12", "1.7"]) {
  Deno.test(`nerdctl ${release}: the mounts of CRI's containers are in their specification`, async () => {
    const tool = recordedTool({
      [`--namespace default ${INSPECT} ${ID}`]: NOTHING,
      [`--namespace k8s.io ${INSPECT} ${ID}`]: fixture(`nerdctl-${release}-cri`),
      [`--namespace k8s.io container inspect --mode native -- ${ID}`]: fixture(
        "nerdctl-native-cri",
      ),
      [`--namespace k8s.io exec ${ID} /bin/cat -x`]: "said",
    });
    const [found] = await nerdctl.find({ kind: "container", name: ID }, tool, {});
    deepEqual(shown(await found?.mounts() ?? []), OF_SPEC);
    equal(found?.pid, 702);
    equal(found?.state, "running");
    deepEqual(found?.network.addresses, ["10.244.2.2"]);
    const ended = await found?.exec?.(["/bin/cat", "-x"]);
    equal(new TextDecoder().decode(ended?.stdout), "said");
  });
}

Deno.test("nerdctl 2.0 tells the mounts of CRI's containers as plain bind mounts", async () => {
  const tool = recordedTool({
    [`--namespace k8s.io ${INSPECT} ${ID}`]: fixture("nerdctl-2.0-cri"),
  });
  const options = { runtimeNamespace: "k8s.io" };
  const [found] = await nerdctl.find({ kind: "container", name: ID }, tool, options);
  deepEqual(found?.pod, { namespace: "kubean", pod: "files-0", container: "nginx" });
  equal(found?.name, "nginx");
  deepEqual(shown(await found?.mounts() ?? []), [
    "/etc/hosts bind mount: /var/lib/kubelet/pods/6ffc887b-d619-11e7-8e8b-42010af00002/etc-hosts",
    OF_SPEC[3],
    OF_SPEC[2],
  ]);
});

Deno.test("nerdctl's own containers have names, volumes and ports", async () => {
  const tool = recordedTool({
    [`--namespace mine ${INSPECT} web`]: fixture("nerdctl-1.7-own"),
    [`--namespace k8s.io ${INSPECT} web`]: NOTHING,
  }, { CONTAINERD_NAMESPACE: "mine" });
  const [found] = await nerdctl.find({ kind: "container", name: "web" }, tool, {});
  equal(found?.name, "web");
  deepEqual(found?.network.ports, [{ hostPort: 8080, containerPort: 80 }]);
  deepEqual(shown(await found?.mounts() ?? []), [
    "/scratch tmpfs: (is in memory, and gone when the container stops)",
    '/data volume "data": /var/lib/nerdctl/1935db59/volumes/default/data/_data',
    "/usr/share/nginx/html bind mount: /srv/www ro",
  ]);
});

Deno.test("nerdctl finds a pod's containers by their labels", async () => {
  const filters =
    "--filter label=io.kubernetes.pod.name=files-0 --filter label=io.kubernetes.pod.namespace=kubean";
  const tool = recordedTool({
    [`--namespace default ps --quiet --no-trunc --all ${filters}`]: "\n",
    [`--namespace k8s.io ps --quiet --no-trunc --all ${filters}`]: `${ID}\n`,
    [`--namespace k8s.io ${INSPECT} ${ID}`]: fixture("nerdctl-2.0-cri"),
  });
  const wanted = { kind: "pod", pod: "files-0", namespace: "kubean" } as const;
  equal((await nerdctl.find(wanted, tool, {})).length, 1);
});

Deno.test("nerdctl without its daemon says so", async () => {
  const stderr =
    'time="…" level=warning msg="x"\ntime="…" level=fatal msg="cannot access containerd socket"';
  const failed = { status: 1, stderr };
  const tool = recordedTool({
    "--namespace default ps --quiet --no-trunc": failed,
    "--namespace k8s.io ps --quiet --no-trunc": failed,
  });
  await rejects(nerdctl.find({ kind: "running" }, tool, {}), /cannot access containerd socket/);
});
