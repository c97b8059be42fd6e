import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { digests, makeRelease } from "../support/e2e/packages.ts";
import { digestsBelow, makeRoot } from "../support/e2e/targets.ts";
import { writeProgram } from "../support/examples/program.ts";
import { startNginx } from "../support/nginx_server.ts";
import { testWithTools, tool } from "../support/require.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/ansible/", import.meta.url));
const TOOLS = ["ansible-playbook", "nginx", "tar"];

/** What became of a host: tasks by outcome. */
type Recap = Readonly<Record<"changed" | "failed" | "ok", number>>;

testWithTools(
  "examples: the Ansible role fills mirrors, and changes nothing twice",
  TOOLS,
  async () => {
    await using release = await makeRelease();
    await using roots = new AsyncDisposableStack();
    const mirrors = [];
    for (const name of ["mirror1", "mirror2"]) {
      const root = roots.use(await makeRoot());
      mirrors.push({ name, root, nginx: roots.use(await startNginx(root.path)) });
    }
    const { folder } = release;
    const configuration = `${folder}/clusterConfig.yaml`;
    await Deno.writeTextFile(
      configuration,
      "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n  clusterName: a\n",
    );
    const inventory = `${folder}/inventory.json`;
    await Deno.writeTextFile(
      inventory,
      JSON.stringify({
        mirrors: {
          hosts: Object.fromEntries(mirrors.map(({ name, root, nginx }) => [name, {
            binimport_target: ["--root", root.path, "--url", nginx.url],
            binimport_path: `${folder}/binimport-${name}`,
          }])),
          vars: {
            ansible_connection: "local",
            ansible_python_interpreter: "{{ ansible_playbook_python }}",
            binimport_program: await writeProgram(folder),
            binimport_packages: [release.offlineFiles, release.componentTools],
            binimport_cluster_config: configuration,
            binimport_endpoint: ["--endpoint", "http://10.0.1.1:8080"],
          },
        },
      }),
    );
    const play = (...options: string[]) => playbook(inventory, folder, options);

    const looked = await play("--check");
    assert.deepEqual(await digestsBelow(mirrors[0]?.root.path ?? ""), {}, "--check wrote nothing");
    assert.equal(looked["mirror1"]?.failed, 1, "there is no program on the hosts yet");

    const first = await play();
    // Program, files, and on one of them the configuration.
    assert.deepEqual(first, {
      mirror1: { ok: 4, changed: 3, failed: 0 },
      mirror2: { ok: 3, changed: 2, failed: 0 },
    });
    const expected = digests(release.files);
    for (const { root } of mirrors) assert.deepEqual(await digestsBelow(root.path), expected);
    assert.match(
      await Deno.readTextFile(configuration),
      /externalRepoEndpoint: http:\/\/10\.0\.1\.1:8080/,
    );

    const nothing = {
      mirror1: { ok: 4, changed: 0, failed: 0 },
      mirror2: { ok: 3, changed: 0, failed: 0 },
    };
    assert.deepEqual(await play(), nothing);
    assert.equal((await play("--check"))["mirror1"]?.changed, 0);

    await Deno.remove(`${mirrors[1]?.root.path}/tools/bin/tool-2.sh`);
    const foreseen = await play("--check");
    assert.equal(foreseen["mirror2"]?.changed, 1, "--check tells what is missing");
    assert.equal(foreseen["mirror2"]?.failed, 0);
    const mended = await play();
    assert.deepEqual(mended, { ...nothing, mirror2: { ok: 3, changed: 1, failed: 0 } });
  },
);

/** Runs the example's playbook; gives the recap of each host. */
async function playbook(
  inventory: string,
  home: string,
  options: readonly string[],
): Promise<Record<string, Recap>> {
  const { stdout, stderr } = await new Deno.Command(tool("ansible-playbook") ?? "", {
    args: ["-i", inventory, `${EXAMPLE}site.yml`, ...options],
    env: { ANSIBLE_HOME: `${home}/ansible`, ANSIBLE_NOCOLOR: "1", LC_ALL: "C.UTF-8" },
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  const lines = [...text.matchAll(/^(\S+) +: ok=(\d+) +changed=(\d+) .*failed=(\d+)/gm)];
  assert(lines.length > 0, text + new TextDecoder().decode(stderr));
  return Object.fromEntries(lines.map(([, host, ok, changed, failed]) => [
    host,
    { ok: Number(ok), changed: Number(changed), failed: Number(failed) },
  ]));
}
