/** Where kubelet keeps the folders of pods: as it was started, whichever way its option is written. */
import { equal } from "node:assert/strict";
import { podFolder } from "../../../locate/containers/kubelet/pod_mounts.ts";
import { kill } from "../../support/kill.ts";

const spellings: readonly ((root: string) => readonly string[])[] = [
  (root) => [`--root-dir=${root}`],
  (root) => ["--v=2", "--root-dir", root, "--config=/nowhere"],
  (root) => [`--root_dir=${root}`],
  (root) => ["server", "--kubelet-arg", `root-dir=${root}`],
  (root) => ["server", `--kubelet-arg=root-dir=${root}`],
  (root) => ["worker", "--kubelet-root-dir", root],
  (root) => ["--config", `${root}/config.yaml`],
];

const programs = [
  // A script has its own name as that of its process.
  ...spellings.map((spelling) => ({ of: "kubelet", argv0: "kubelet", spelling })),
  { of: "another program", argv0: "/opt/bin/kubelet", spelling: spellings[1] ?? (() => []) },
];

for (const { of, argv0, spelling } of programs) {
  const name = spelling("DIR").join(" ");
  Deno.test({
    name: `kubelet's folder: ${name}, of ${of} under that title`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const root = await Deno.makeTempDir({ prefix: "binimport-kubelet-" });
      const uid = crypto.randomUUID();
      await Deno.mkdir(`${root}/pods/${uid}`, { recursive: true });
      await Deno.writeTextFile(
        `${root}/config.yaml`,
        `kind: X\n# rootDir: /no\nrootDir: "${root}"\n`,
      );
      const script = "echo ready\nread line\n";
      await Deno.writeTextFile(`${root}/kubelet`, `#!/bin/sh\n${script}`, { mode: 0o755 });
      const titled = ["-c", `exec -a ${argv0} sh -c '${script}' "$@"`, "bash", "sh"];
      const [program, before] = argv0 === "kubelet" ? [`${root}/kubelet`, []] : ["bash", titled];
      const args = [...before, ...spelling(root)];
      const command = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" });
      const kubelet = command.spawn();
      try {
        const reader = kubelet.stdout.getReader();
        await reader.read();
        equal(podFolder(["nobody", uid]), `${root}/pods/${uid}`);
        await reader.cancel();
      } finally {
        await kubelet.stdin.close();
        kill(kubelet, "SIGKILL");
        await kubelet.status;
        await Deno.remove(root, { recursive: true });
      }
    },
  });
}

Deno.test("kubelet's folder: the usual one of a pod that has none yet", () => {
  equal(podFolder(["no-such-pod"]).endsWith("/pods/no-such-pod"), true);
});
