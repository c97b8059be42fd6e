/** The packed file on other systems than the one it was made on. */
import { deepEqual, equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { oldDebianRoot } from "../../scripts/services/other_systems.ts";
import { makeCertificates } from "../support/certificates.ts";
import { digests, makeRelease } from "../support/e2e/packages.ts";
import type { Ended } from "../support/e2e/run.ts";
import { digestsBelow } from "../support/e2e/targets.ts";
import { type MinioServer, startMinio } from "../support/minio_server.ts";
import { run } from "../support/run.ts";
import { FILE, runFile, testFile, VERSION_LINE } from "../support/single_file/file.ts";
import { busyboxRoot, inRoot, type System } from "../support/single_file/roots.ts";

const OLD_KERNEL = [
  "python3",
  fileURLToPath(new URL("../support/single_file/old_kernel.py", import.meta.url)),
];

/** Imports a release into a folder and into MinIO, and loads a plug-in. */
async function importsEverywhere(
  t: Deno.TestContext,
  { root, options, tls = true }: System,
): Promise<void> {
  const here = (path: string) => path.slice(root.length);
  const work = await Deno.makeTempDir({ dir: root === "" ? "/tmp" : `${root}/srv` });
  await Deno.chmod(work, 0o777);
  await using release = await makeRelease();
  const packages = [release.offlineFiles, release.componentTools].map((path, i) => {
    Deno.copyFileSync(path, `${work}/${i}.tar.gz`);
    return here(`${work}/${i}.tar.gz`);
  });
  const expected = digests(release.files);
  const run = (...args: string[]): Promise<Ended> => runFile(args, options);
  const importInto = async ({ url, user, password }: MinioServer): Promise<string[]> => {
    await Deno.writeTextFile(`${work}/password`, password);
    const flags = ["--endpoint", url, "--username", user];
    return ["import", ...packages, ...flags, "--password-file", here(`${work}/password`)];
  };
  try {
    await t.step("it starts", async () => {
      const { stdout, stderr } = await run("--version");
      equal(stderr, "");
      equal(stdout, VERSION_LINE);
    });

    await t.step("import into a folder", async () => {
      await Deno.mkdir(`${work}/www`);
      await Deno.chmod(`${work}/www`, 0o777);
      const { status, stdout, stderr } = await run(
        "import",
        ...packages,
        "--root",
        here(`${work}/www`),
      );
      equal(status, 0, stderr);
      match(stdout, /: 46 written, 0 unchanged\n$/);
      deepEqual(await digestsBelow(`${work}/www`), expected);
    });

    await t.step("import into MinIO", async () => {
      await using minio = await startMinio();
      const { status, stdout, stderr } = await run(...await importInto(minio));
      equal(status, 0, stderr);
      match(stdout, /: 46 written, 0 unchanged\n {2}Try it: curl -fI 'http.*'\n$/);
    });

    await t.step(tls ? "import into MinIO, over TLS" : "TLS is refused", async () => {
      await using certificates = await makeCertificates(["IP:127.0.0.1"]);
      await using minio = await startMinio({ certificates: certificates.folder });
      await Deno.copyFile(certificates.authority, `${work}/ca.crt`);
      const args = [...await importInto(minio), "--ca-file", here(`${work}/ca.crt`)];
      const { status, stdout, stderr } = await run(...args);
      equal(status, tls ? 0 : 4, stderr);
      match(tls ? stdout : stderr, tls ? /: 46 written/ : /^error: .*TLS does not work here\n/m);
    });

    await t.step("a plug-in with imports of its own", async () => {
      await Deno.writeTextFile(
        `${work}/part.ts`,
        `export const summary: string = "from a part";\n`,
      );
      await Deno.writeTextFile(
        `${work}/plugin.ts`,
        `import { summary } from "./part.ts";
         export default { apiVersion: 1, name: "mine", summary, options: {},
           parse: () => ({}), open: () => Promise.reject(new Error(summary)) };\n`,
      );
      const { stderr } = await run(
        "import",
        packages[0] ?? "",
        "--adapter",
        here(`${work}/plugin.ts`),
      );
      match(stderr, /from a part/);
    });
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

const NAMESPACES = ["unshare", "chroot", "busybox", "minio", "mc", "openssl"];

testFile("file: in a root with busybox, /proc and /dev/null alone", NAMESPACES, async (t, root) => {
  await busyboxRoot(root);
  await importsEverywhere(t, inRoot(root));
});

testFile("file: in a root with musl", [...NAMESPACES, "ld-musl-config"], async (t, root) => {
  await busyboxRoot(root);
  await Deno.copyFile("/lib/x86_64-linux-musl/libc.so", `${root}/lib/ld-musl-x86_64.so.1`);
  await Deno.chmod(`${root}/lib/ld-musl-x86_64.so.1`, 0o755);
  await importsEverywhere(t, inRoot(root));
});

testFile(
  "file: in the root of Debian 11",
  [...NAMESPACES, "debootstrap"],
  async (t, folder) => {
    const root = `${folder}/root`;
    await run("cp", ["-a", oldDebianRoot(), root]);
    await Deno.copyFile(FILE, `${root}/binimport`);
    await importsEverywhere(t, inRoot(root));
  },
);

testFile("file: on a kernel like that of CentOS 7.9", [...NAMESPACES, "python3"], async (
  t,
  folder,
) => {
  const env = { BINIMPORT_CACHE: `${folder}/cache` };
  const under = [...OLD_KERNEL, "--getrandom"];
  await importsEverywhere(t, { root: "", options: { env, under } });
});

testFile("file: on a kernel like that of Linux 3.10", [...NAMESPACES, "python3"], async (
  t,
  folder,
) => {
  const env = { BINIMPORT_CACHE: `${folder}/cache` };
  await importsEverywhere(t, { root: "", options: { env, under: OLD_KERNEL }, tls: false });
});

testFile("file: on a kernel without getrandom, and without /dev/urandom, it says so", [
  ...NAMESPACES,
  "python3",
], async (_, root) => {
  await busyboxRoot(root);
  const { options } = inRoot(root, ...OLD_KERNEL);
  const { status, stdout, stderr } = await runFile(["--version"], options);
  equal(status, 1);
  equal(stdout, "");
  match(stderr, /^error: Cannot start: .*\n {2}\/tmp\/binimport-0: this kernel has no getrandom,/);
  deepEqual([...Deno.readDirSync(`${root}/tmp/binimport-0`)], []);
});

testFile("file: for a user without rights, with an empty environment", [
  "setpriv",
  "minio",
  "mc",
  "openssl",
], async (t, folder) => {
  await Deno.chmod(folder, 0o1777); // as /tmp is: nobody else can rename what is in it
  const env = { HOME: folder, BINIMPORT_CACHE: `${folder}/cache` };
  const user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  const under = Deno.uid() === 0 ? [...user, "--inh-caps=-all", "--bounding-set=-all"] : [];
  await importsEverywhere(t, { root: "", options: { env, under } });
  const { uid } = await Deno.stat(`${folder}/cache`);
  equal(uid, Deno.uid() === 0 ? 65534 : Deno.uid());
});
