/** crictl, by answers in the public formats of its releases. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Target } from "../../../locate/containers/container.ts";
import { crictl } from "../../../locate/containers/runtimes/crictl.ts";
import { type Answer, fixture, recordedTool, shown } from "../../support/containers/recorded.ts";

const ID = "42a02c24a4588bc9bd909e5df956f480e21e246e0fe6ffa9ad1b03653e339706";
const ENDED = "98ad5842a62844f62d4468c52dbfcc081a08ba25c95c842a967de7058f60dd24";
const SANDBOX = "0f8c455422a0546eb425a4fa305d5b7a0072109dff38fb94213a468ec27e680e";

function find(release: string, wanted: Target, more: Readonly<Record<string, Answer>> = {}) {
  const tool = recordedTool({
    "ps --all --output json": fixture("crictl-ps"),
    [`inspect --output json ${ID}`]: fixture(`crictl-${release}`),
    [`inspect --output json ${ENDED}`]: fixture("crictl-exited"),
    [`inspectp --output json ${SANDBOX}`]: fixture("crictl-inspectp"),
    ...more,
  });
  return crictl.find(wanted, tool, {});
}

for (const release of ["1.13-containerd", "1.33-crio"]) {
  Deno.test(`crictl ${release}: mounts, ports and addresses of a pod's container`, async () => {
    const [running, ended] = await find(release, {
      kind: "pod",
      pod: "files-0",
      namespace: "kubean",
    });
    equal(ended?.state, "exited");
    equal(running?.state, "running");
    equal(running?.pid, 702);
    deepEqual(running?.pod, { namespace: "kubean", pod: "files-0", container: "nginx" });
    deepEqual(running?.argv.slice(0, 2), ["/docker-entrypoint.sh", "nginx"]);
    deepEqual(running?.network, {
      isHosts: false,
      addresses: ["10.244.2.2", "fd00:10:244::2"],
      ports: [{ hostPort: 8080, containerPort: 80 }],
    });
    const [html, ...others] = shown(await running?.mounts() ?? []).sort().reverse();
    const volumes = "/var/lib/kubelet/pods/6ffc887b-d619-11e7-8e8b-42010af00002/volumes";
    const wanted = [
      `/usr/share/nginx/html/tmp emptyDir "tmp": ${volumes}/kubernetes.io~empty-dir/tmp`,
      "/usr/share/nginx/html bind mount: /srv/files ro",
      ...(release === "1.33-crio" ? ["/models image volume: (comes from an image) ro"] : []),
      '/etc/nginx/conf.d ConfigMap "conf": (is a read-only copy, which kubelet writes anew by itself) ro',
    ];
    deepEqual([html, ...others], wanted);
  });
}

Deno.test("crictl: by name and by the beginning of an id", async () => {
  const release = "1.33-crio";
  equal((await find(release, { kind: "container", name: "nginx" })).length, 2);
  equal((await find(release, { kind: "container", name: ID.slice(0, 13) })).length, 1);
  equal((await find(release, { kind: "container", name: "42a" })).length, 0, "too short to be one");
  equal((await find(release, { kind: "pod", pod: "files-0", namespace: "x" })).length, 0);
});

Deno.test("crictl: what went away meanwhile is passed over", async () => {
  const stderr =
    'E1125 remote_runtime.go: "ContainerStatus failed"\nFATA[0000] rpc error: code = NotFound desc = not found';
  const gone = { [`inspect --output json ${ID}`]: { status: 1, stderr } };
  const found = await find("1.33-crio", { kind: "container", name: "nginx" }, gone);
  deepEqual(found.map(({ id }) => id), [ENDED]);
});

Deno.test("crictl: permission and garbage have their sentences", async () => {
  const failing = (answer: Answer) =>
    crictl.find({ kind: "running" }, recordedTool({ "ps --output json": answer }), {});
  await rejects(
    failing({
      status: 1,
      stderr: 'dial unix /run/containerd/containerd.sock: connect: permission denied"',
    }),
    { code: "forbidden", hint: /Run as root/ },
  );
  await rejects(failing("<html>"), {
    code: "target",
    message: /something else than JSON: "<html>"/,
  });
});
