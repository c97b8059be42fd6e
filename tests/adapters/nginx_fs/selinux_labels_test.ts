/**
 * SELinux: labels read and set by the real stat and chcon. They need no SELinux in the kernel, only
 * its attributes on disk.
 */
import assert from "node:assert/strict";
import { pathsUnder } from "../../../adapters/nginx_fs/dir_handle.ts";
import {
  letServerRead,
  type SelinuxHost,
  selinuxHost,
} from "../../../adapters/nginx_fs/selinux.ts";
import { plainHost } from "../../../core/storage/host.ts";
import { testWithTools } from "../../support/require.ts";
import { run } from "../../support/run.ts";
import { type WebRoot, webRoot } from "../../support/web_root.ts";

const CONTENT = "httpd_sys_content_t";
const isEnforcing = selinuxHost(undefined).isEnforcing();

Deno.test({
  name: "SELinux: where nothing is enforced, nothing is run and nothing is said",
  ignore: isEnforcing,
  async fn() {
    using root = webRoot();
    const real = selinuxHost(undefined);
    const refuse = () => assert.fail("nothing should be run or said");
    const selinux = { ...real, run: refuse };
    await letServerRead(pathsUnder(root.path), selinux, plainHost({ warn: refuse, debug: refuse }));
  },
});

Deno.test("SELinux: a program that fails tells why, and one ends when it is to stop", async () => {
  const { run } = selinuxHost(undefined);
  const failed = await run("stat", ["--", "/nonexistent"]);
  assert.equal(failed.success, false);
  assert.match(failed.failure, /stat: .*'\/nonexistent'/);
  const stopped = selinuxHost(AbortSignal.abort(new Error("stop")));
  await assert.rejects(stopped.run("stat", ["--", "/"]), /^Error: stop$/);
});

testWithTools("SELinux: the real chcon changes what has the root's type", ["chcon"], async (t) => {
  const ignore = Deno.uid() !== 0 || isEnforcing; // only root may set attributes of security.*
  await t.step({ name: "and nothing else", ignore, fn: retypeForReal });
  await t.step({ name: "and what is left of binimport from before", ignore, fn: stateForReal });
});

/** The host's own stat and chcon; SELinux itself is said to enforce, and to have no rule. */
function withRealLabels(root: WebRoot): Promise<string[]> {
  const warnings: string[] = [];
  const real = selinuxHost(undefined);
  const selinux: SelinuxHost = {
    isEnforcing: () => true,
    isOn: () => false,
    run: (tool, args) => /^(?:stat|chcon)$/.test(tool) ? real.run(tool, args) : absent(),
  };
  const host = plainHost({ warn: (code) => void warnings.push(code) });
  return letServerRead(pathsUnder(root.path), selinux, host).then(() => warnings);
}

function absent(): ReturnType<SelinuxHost["run"]> {
  return Promise.resolve({ success: false, stdout: "", failure: "absent" });
}

async function label(type: string, ...paths: string[]): Promise<void> {
  await run("chcon", ["-h", `system_u:object_r:${type}:s0`, "--", ...paths]);
}

async function typeAt(path: string): Promise<string> {
  const printed = await run("stat", ["-c", "%C", "--", path]);
  return new TextDecoder().decode(printed).split(":")[2] ?? "";
}

async function retypeForReal(): Promise<void> {
  using root = webRoot();
  const { path, outside } = root;
  const names = Array.from({ length: 600 }, (_, i) => `${path}/dl/file ${i}\n`);
  Deno.mkdirSync(`${path}/dl`);
  Deno.mkdirSync(`${path}/mysql`);
  for (const name of [...names, `${path}/mysql/db`, `${outside}/away`]) {
    Deno.writeTextFileSync(name, "");
  }
  Deno.symlinkSync(`${outside}/away`, `${path}/dl/link`);
  await label("default_t", path, `${path}/dl`, `${path}/dl/link`, `${outside}/away`, ...names);
  await label("mysqld_db_t", `${path}/mysql`, `${path}/mysql/db`);

  assert.deepEqual(await withRealLabels(root), ["selinux-retyped"]);
  for (const changed of [path, `${path}/dl`, `${path}/dl/link`, ...names.slice(0, 3), names[599]]) {
    assert.equal(await typeAt(changed ?? ""), CONTENT, changed);
  }
  assert.equal(await typeAt(`${path}/mysql`), "mysqld_db_t");
  assert.equal(await typeAt(`${path}/mysql/db`), "mysqld_db_t");
  assert.equal(await typeAt(`${outside}/away`), "default_t");
  assert.deepEqual(await withRealLabels(root), [], "done once");
}

async function stateForReal(): Promise<void> {
  using root = webRoot();
  const { path } = root;
  Deno.mkdirSync(`${path}/.binimport`);
  Deno.mkdirSync(`${path}/.binimport/tmp`);
  Deno.mkdirSync(`${path}/old`);
  await label("public_content_t", path);
  await label("default_t", `${path}/.binimport`, `${path}/.binimport/tmp`, `${path}/old`);
  assert.deepEqual(await withRealLabels(root), []);
  assert.equal(await typeAt(`${path}/.binimport`), "public_content_t");
  assert.equal(await typeAt(`${path}/.binimport/tmp`), "public_content_t");
  assert.equal(await typeAt(`${path}/old`), "default_t", "what others keep there is theirs");
}
