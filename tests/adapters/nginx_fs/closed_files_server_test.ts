/** Files and folders that were closed to the web server since they were imported, by a real nginx. */
import { equal, match } from "node:assert/strict";
import { runHere } from "../../support/cli/test_context.ts";
import { startNginx } from "../../support/nginx_server.ts";
import { tarGz } from "../../support/packages.ts";
import { registerTest, testWithTools, tool } from "../../support/require.ts";
import { run } from "../../support/run.ts";
import { webRoot } from "../../support/web_root.ts";

const reasons = [
  ...(tool("nginx") === undefined ? ["needs nginx: deno task services"] : []),
  ...(Deno.uid() === 0 ? [] : ["needs root, so that nginx has a user of its own"]),
];

/** A root with an import in it that nginx serves. */
async function imported() {
  const root = webRoot();
  Deno.chmodSync(root.outside, 0o755);
  const server = await startNginx(root.path);
  const file = `${root.outside}/offline-files.tar.gz`;
  const entries = { "dl.k8s.io/kubelet": "kubelet", "github.com/x/runc": "runc" };
  Deno.writeFileSync(file, await tarGz(entries));
  const target = ["--root", root.path, "--url", server.url];
  const again = (...options: string[]) => runHere(["import", file, ...target, ...options]);
  equal((await again()).status, 0);
  return {
    root: root.path,
    again,
    doctor: () => runHere(["doctor", ...target]),
    verify: () => runHere(["verify", "--root", root.path]),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      root[Symbol.dispose]();
    },
  };
}

registerTest("a file that the server may not read is told, and written anew", reasons, async () => {
  await using site = await imported();
  const closed = `${site.root}/github.com/x/runc`;
  Deno.chmodSync(closed, 0o600);
  const verified = await site.verify();
  equal(verified.status, 5);
  match(
    verified.stdout,
    /unreadable +github.com\/x\/runc +\(its permissions keep the server's user from it\)/,
  );
  const looked = await site.doctor();
  equal(looked.status, 5);
  match(looked.stdout, /PROBLEM .* nodes cannot have 1: github.com\/x\/runc: .* answers 403/);
  match((await site.again("--dry-run")).stdout, /1 to write, 1 unchanged/);
  equal(Deno.statSync(closed).mode, 0o100600);
  const { status, stdout } = await site.again();
  equal(status, 0);
  match(stdout, /1 written, 1 unchanged/);
  equal(Deno.statSync(closed).mode, 0o100644);
  equal((await site.verify()).status, 0);
  equal((await site.doctor()).status, 0);
});

registerTest("a folder that the server may not enter is told by all", reasons, async () => {
  await using site = await imported();
  Deno.chmodSync(`${site.root}/github.com`, 0o700);
  const command = new RegExp(`chmod -R o\\+X ${site.root}`);
  const looked = await site.doctor();
  equal(looked.status, 5);
  match(looked.stdout, /nodes cannot have 1: github.com\/x\/runc/);
  const { status, stderr } = await site.again();
  equal(status, 4);
  match(stderr, command);
});

registerTest("content that is altered on the way is told by doctor", reasons, async () => {
  using root = webRoot();
  Deno.chmodSync(root.outside, 0o755);
  const file = `${root.outside}/offline-files.tar.gz`;
  Deno.writeFileSync(file, await tarGz({ "dl.k8s.io/kubelet": "a kubelet", "x/runc": "a runc" }));
  const target = ["--root", root.path];
  equal((await runHere(["import", file, ...target])).status, 0);
  const altering = 'sub_filter_types *; sub_filter_once off; sub_filter "kubelet" "kubulet";';
  await using server = await startNginx(root.path, { directives: altering });
  const looked = await runHere(["doctor", ...target, "--url", server.url]);
  equal(looked.status, 5, looked.stdout);
  match(looked.stdout, /PROBLEM .* nodes cannot have 1: .*kubelet: .* has SHA-256 \w+ instead of/);
});

testWithTools("modes that a mount decides are told, and nothing is written again", [
  "bindfs",
  "umount",
], async () => {
  using root = webRoot();
  const file = `${root.outside}/offline-files.tar.gz`;
  Deno.writeFileSync(file, await tarGz({ "dl.k8s.io/kubelet": "kubelet" }));
  const mounted = `${root.outside}/mounted`;
  Deno.mkdirSync(mounted);
  await run("bindfs", ["--perms=0600:u+D", "--chmod-ignore", root.path, mounted]);
  try {
    const first = await runHere(["import", file, "--root", mounted]);
    match(first.stderr, /warning: Files in .* get mode 0600, whatever is asked for/);
    match(first.stdout, /1 written, 0 unchanged/);
    match((await runHere(["import", file, "--root", mounted])).stdout, /0 written, 1 unchanged/);
    const own = await runHere(["import", file, "--root", mounted, "--server-user", "root"]);
    equal(own.stderr.includes("warning"), false, own.stderr);
  } finally {
    await run("umount", [mounted]);
  }
});
