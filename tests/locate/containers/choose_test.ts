/** Which of the containers that were found is meant. */
import { equal, match } from "node:assert/strict";

import {
  type Candidates,
  chooseNamed,
  type NamedTarget,
} from "../../../locate/containers/select.ts";
import { failsWith } from "../../support/fails_with.ts";

function found(runtime: string, id: string, place: string, state = "running"): Candidates {
  const [namespace, pod = "", container = ""] = place.split("/");
  return [{
    runtime,
    id,
    name: container || place,
    state,
    pid: undefined,
    argv: [],
    network: { addresses: [], ports: [] },
    mounts: () => Promise.resolve([]),
    exec: () => Promise.reject(new Error("nothing is run here")),
    pod: namespace === undefined || pod === "" ? undefined : { namespace, pod, container },
  }];
}

function choose(target: NamedTarget, ...all: readonly Candidates[]): Candidates {
  return chooseNamed(target, { heard: ["crictl"], found: all, silent: [] });
}

const NGINX: NamedTarget = { kind: "container", name: "nginx" };

Deno.test("a container that runs comes before those that it replaced", () => {
  const ended = found("crictl", "1", "ns/files-0/nginx", "exited");
  const running = found("crictl", "2", "ns/files-0/nginx");
  equal(choose(NGINX, ended, running), running);
  equal(choose(NGINX, ended), ended);
});

const several: readonly [
  target: NamedTarget,
  found: readonly Candidates[],
  message: RegExp,
  hint: RegExp,
][] = [
  [
    NGINX,
    [found("crictl", "1", "a/files-0/nginx"), found("crictl", "2", "b/files-0/nginx")],
    /there are a\/files-0\/nginx \(crictl, 1\), b\/files-0\/nginx \(crictl, 2\)$/,
    /^Add --pod NAME -n NS\.$/,
  ],
  [
    { kind: "pod", pod: "files-0" },
    [found("crictl", "1", "a/files-0/nginx"), found("crictl", "2", "b/files-0/nginx")],
    /Cannot choose the pod "files-0": there are a\/files-0/,
    /^Add -n NS\.$/,
  ],
  [
    { kind: "pod", pod: "files-0" },
    [found("crictl", "1", "a/files-0/nginx"), found("crictl", "2", "a/files-0/exporter")],
    /there are nginx, exporter$/,
    /^Add -c nginx or -c exporter\.$/,
  ],
  [
    { kind: "container", name: "web" },
    [found("docker", "1", "web"), found("podman", "2", "web")],
    /there are web \(docker, 1\), web \(podman, 2\)$/,
    /^Add --runtime docker or --runtime podman\.$/,
  ],
  [
    { kind: "container", name: "web" },
    [found("ctr", "1", "web"), found("ctr", "2", "web")],
    /there are web \(ctr, 1\), web \(ctr, 2\)$/,
    /--runtime-namespace/,
  ],
];

for (const [target, all, message, hint] of several) {
  Deno.test(`several containers are listed: ${message.source}`, async () => {
    const choosing = Promise.try(() => choose(target, ...all));
    match((await failsWith("target", message, choosing)).hint ?? "", hint);
  });
}
