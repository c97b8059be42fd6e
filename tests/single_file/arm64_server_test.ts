/** The packed file for arm64, under qemu's emulation of single programs. */
import { deepEqual, equal, match } from "node:assert/strict";
import { digestsBelow } from "../support/e2e/targets.ts";
import { tarGz } from "../support/packages.ts";
import { ARM64_FILE, runFile, testFile, VERSION_LINE } from "../support/single_file/file.ts";
import { arm64BusyboxRoot, canEmulate, inArm64Root } from "../support/single_file/roots.ts";
import { sha256 } from "../support/tar_model.ts";

const NEEDED = ["unshare", "chroot", "busybox", "busybox-aarch64", "qemu-aarch64-static"];

if (canEmulate()) {
  testFile("file: on arm64, in a root with busybox alone", NEEDED, async (t, root) => {
    await arm64BusyboxRoot(root);
    const { options } = inArm64Root(root);

    await t.step("it starts", async () => {
      const { stdout, stderr } = await runFile(["--version"], options);
      equal(stderr, "");
      equal(stdout, VERSION_LINE);
    });

    await t.step("import of a small package", async () => {
      const files = { "dl.k8s.io/kubelet": "k".repeat(100_000), "get.helm.sh/helm": "h" };
      await Deno.writeFile(`${root}/srv/p.tar.gz`, tarGz(files));
      await Deno.mkdir(`${root}/srv/www`);
      const args = ["import", "/srv/p.tar.gz", "--root", "/srv/www"];
      const { status, stdout, stderr } = await runFile(args, options);
      equal(status, 0, stderr);
      match(stdout, /: 2 written, 0 unchanged\n$/);
      const encoder = new TextEncoder();
      deepEqual(
        await digestsBelow(`${root}/srv/www`),
        Object.fromEntries(
          Object.entries(files).map(([key, text]) => [key, sha256(encoder.encode(text))]),
        ),
      );
    });
  }, ARM64_FILE);
} else {
  const reason = "binfmt_misc cannot be mounted in a user namespace here";
  Deno.test({ name: `file: on arm64 (skipped: ${reason})`, ignore: true, fn: () => {} });
}
