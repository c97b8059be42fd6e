/** `list --summary`. */
import { deepEqual, equal, match } from "node:assert/strict";
import { componentRows } from "../../cli/list/run.ts";
import { tarGz } from "../support/packages.ts";
import { runHere } from "../support/cli/test_context.ts";

const file = (key: string, sha256 = "1", size = 10) => ({ key, size, sha256 });
const record = (sha256: string) => ({ size: 10, mode: 0o644, sha256, package: "p" });
const RELEASE = "dl.k8s.io/release";

Deno.test("summary: components are named as their files are", () => {
  const rows = componentRows([
    file(`${RELEASE}/v1.32.4/bin/linux/amd64/kubelet`),
    file(
      "github.com/containerd/containerd/releases/download/v2.0.5/containerd-2.0.5-linux-amd64.tar.gz",
    ),
    file("github.com/opencontainers/runc/releases/download/v1.2.6/runc.arm64"),
    file("github.com/projectcalico/calico/archive/v3.29.3.tar.gz"),
    file("tools/nerdctl"),
  ]);
  deepEqual(
    rows.map(({ component, version, architecture }) => [component, version, architecture]),
    [
      ["calico", "3.29.3", undefined],
      ["containerd", "2.0.5", "amd64"],
      ["kubelet", "1.32.4", "amd64"],
      ["nerdctl", undefined, undefined],
      ["runc", "1.2.6", "arm64"],
    ],
  );
});

Deno.test("summary: against a target, a version is new, present, changed or superseded", () => {
  const key = (version: string, name: string) => `${RELEASE}/v${version}/bin/linux/amd64/${name}`;
  const there = new Map([
    [key("1.32.3", "kubelet"), record("0")],
    [key("1.32.4", "kubeadm"), record("1")],
    [key("1.32.4", "kubectl"), record("other")],
    ["elsewhere/of-no-concern", record("2")],
  ]);
  const names = ["kubelet", "kubeadm", "kubectl"];
  const rows = componentRows(names.map((name) => file(key("1.32.4", name))), there);
  deepEqual(rows.map(({ component, version, state }) => [component, version, state]), [
    ["kubeadm", "1.32.4", "present"],
    ["kubectl", "1.32.4", "changed"],
    ["kubelet", "1.32.3", "superseded"],
    ["kubelet", "1.32.4", "new"],
  ]);
});

Deno.test("list --summary prints a line a component, and what a target lacks", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.chmod(folder, 0o755);
    const path = `${folder}/p.tar.gz`;
    const key = `${RELEASE}/v1.32.4/bin/linux/amd64/kubelet`;
    await Deno.writeFile(path, tarGz({ [key]: "ELF" }));
    await Deno.mkdir(`${folder}/www`, { mode: 0o755 });
    const bare = await runHere(["list", path, "--summary"]);
    match(bare.stdout, /^kubelet +1\.32\.4 +amd64 +1 file +3 B\n$/);
    const target = ["--root", `${folder}/www`];
    const before = await runHere(["list", path, "--summary", "--json", ...target]);
    equal(before.status, 0, before.stderr);
    equal(JSON.parse(before.stdout).state, "new");
    equal((await runHere(["import", path, ...target])).status, 0);
    const after = await runHere(["list", path, "--summary", ...target]);
    match(after.stdout, / present\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
