/** Which container options mean. */
import { deepEqual, match } from "node:assert/strict";
import type { AdapterInput } from "../../../core/storage/adapter.ts";
import { type Choice, parseChoice } from "../../../locate/containers/options.ts";
import { failsWith } from "../../support/fails_with.ts";

const meant: readonly [input: AdapterInput, choice: Choice][] = [
  [{}, { target: { kind: "running" } }],
  [{ runtime: "podman" }, { runtime: "podman", target: { kind: "running" } }],
  [{ container: "web" }, { target: { kind: "container", name: "web" } }],
  [{ container: "docker/web" }, { runtime: "docker", target: { kind: "container", name: "web" } }],
  [{ container: "/web" }, { target: { kind: "container", name: "web" } }],
  [{ container: "cri-o://5eed" }, { target: { kind: "container", name: "5eed" } }],
  [{ container: "kubectl/ns/p" }, {
    runtime: "kubectl",
    target: { kind: "pod", pod: "p", namespace: "ns" },
  }],
  [{ container: "kubectl/ns/p/c" }, {
    runtime: "kubectl",
    target: { kind: "pod", pod: "p", namespace: "ns", container: "c" },
  }],
  [{ container: "crictl/ns/p/c" }, {
    runtime: "crictl",
    target: { kind: "pod", pod: "p", namespace: "ns", container: "c" },
  }],
  [{ container: "kubelet/ns/p/c" }, {
    target: { kind: "pod", pod: "p", namespace: "ns", container: "c" },
  }],
  [{ pod: "p", namespace: "ns", container: "c" }, {
    target: { kind: "pod", pod: "p", namespace: "ns", container: "c" },
  }],
  [{ pod: "p", runtime: "crictl" }, { runtime: "crictl", target: { kind: "pod", pod: "p" } }],
  [{ container: "c", runtimeNamespace: "k8s.io" }, {
    runtimeNamespace: "k8s.io",
    target: { kind: "container", name: "c" },
  }],
];

for (const [input, choice] of meant) {
  Deno.test(`container options: ${JSON.stringify(input)}`, () => {
    deepEqual(parseChoice(input), choice);
  });
}

const wrong: readonly [input: AdapterInput, message: RegExp, hint: RegExp][] = [
  [{ container: "-latest" }, /Cannot use the container "-latest"/, /begin with a letter/],
  [{ container: "a b" }, /no runtime gives such a name/, /letters, digits/],
  [{ container: "a\nb" }, /no runtime gives such a name/, /letters/],
  [{ container: "lxc/web" }, /Cannot use the runtime "lxc": it is not known/, /docker, podman/],
  [{ container: "docker/a/b/c/d" }, /Cannot use the container "a\/b\/c\/d"/, /RUNTIME\/NAME/],
  [{ container: "docker/web", runtime: "podman" }, /--runtime podman with "docker\/…"/, /once/],
  [{ container: "web", runtime: "kubectl" }, /by its name alone with kubectl/, /--pod NAME/],
  [{ namespace: "ns" }, /--namespace without --pod/, /--pod NAME/],
  [{ pod: "--all" }, /Cannot use the pod "--all"/, /begin with a letter/],
  [{ pod: "p", namespace: "-A" }, /Cannot use the namespace "-A"/, /begin with a letter/],
  [{ container: "c", runtimeNamespace: "-x" }, /the runtime namespace "-x"/, /begin with/],
  [{ container: "docker/c", runtimeNamespace: "x" }, /with docker: it has none/, /nerdctl and ctr/],
];

for (const [input, message, hint] of wrong) {
  Deno.test(`container options that are wrong: ${JSON.stringify(input)}`, async () => {
    const error = await failsWith("usage", message, Promise.try(() => parseChoice(input)));
    match(error.hint ?? "", hint);
  });
}
