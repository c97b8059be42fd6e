import assert from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { digests, makeRelease } from "../support/e2e/packages.ts";
import { digestsBelow, makeRoot } from "../support/e2e/targets.ts";
import { writeProgram } from "../support/examples/program.ts";
import { startNginx } from "../support/nginx_server.ts";
import { testWithTools, tool } from "../support/require.ts";
import { run } from "../support/run.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/ansible/", import.meta.url));
const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
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
      CONFIGURATION,
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
    // The program would be copied; there is none on the hosts yet to tell more.
    assert.deepEqual(looked["mirror1"], { ok: 2, changed: 1, failed: 0 });

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

const CONFIGURATION =
  "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n  clusterName: a\n";

const LAYOUT = "examples/ansible";

testWithTools("examples: the commands of Ansible's README, where they stand", TOOLS, async (t) => {
  await using release = await makeRelease();
  await using mirror = await makeRoot();
  const { folder } = release;
  await run("cp", ["-r", "--parents", `./${LAYOUT}`, folder], { cwd: REPOSITORY });
  await Deno.mkdir(`${folder}/dist`);
  await writeProgram(`${folder}/dist`);
  const configuration = `${folder}/clusterConfig.yaml`;
  await Deno.writeTextFile(configuration, CONFIGURATION);
  /** What the hosts have of their own: here they are this one, apart from each other. */
  const host = async (name: string, packages?: readonly string[]) => {
    await Deno.mkdir(`${folder}/${LAYOUT}/host_vars`, { recursive: true });
    const own = {
      ansible_connection: "local",
      ansible_python_interpreter: "{{ ansible_playbook_python }}",
      binimport_path: `${folder}/binimport-${name}`,
      ...(packages === undefined ? {} : { binimport_packages: packages }),
      binimport_target: ["--root", `${mirror.path}/${name}`],
      binimport_cluster_config: configuration,
      binimport_endpoint: ["--endpoint", "http://10.0.1.1:8080"],
    };
    await Deno.writeTextFile(`${folder}/${LAYOUT}/host_vars/${name}.yml`, JSON.stringify(own));
    await Deno.mkdir(`${mirror.path}/${name}`, { recursive: true });
  };
  await host("mirror1", [release.offlineFiles]);
  await host("mirror2"); // it goes by the inventory, whose packages are not on this one
  const blocks = [
    ...(await Deno.readTextFile(`${EXAMPLE}README.md`)).matchAll(/```sh\n(.*?)```/gs),
  ];
  const [inFolder = "", atTop = ""] = blocks.map(([, text = ""]) => text);
  const [check = "", fill = ""] = inFolder.trim().split("\n");
  const play = (command: string, cwd: string) => recapOf("/bin/sh", ["-c", command], folder, cwd);

  await t.step("--check on fresh hosts", async () => {
    const recap = await play(check, `${folder}/${LAYOUT}`);
    assert.deepEqual(recap["mirror1"], { ok: 2, changed: 1, failed: 0 });
    assert.deepEqual(recap["mirror2"], { ok: 2, changed: 1, failed: 0 });
  });

  await t.step("a host that fails", async () => {
    const recap = await play(fill, `${folder}/${LAYOUT}`);
    assert.deepEqual(recap["mirror1"], { ok: 3, changed: 2, failed: 0 });
    assert.deepEqual(recap["mirror2"], { ok: 1, changed: 1, failed: 1 });
    assert.doesNotMatch(await Deno.readTextFile(configuration), /Endpoint/, "not all are verified");
  });

  await t.step("from the top, and once more", async () => {
    await host("mirror2", [release.offlineFiles]);
    const recap = await play(atTop, folder);
    assert.deepEqual(recap["mirror1"], { ok: 4, changed: 1, failed: 0 });
    assert.deepEqual(recap["mirror2"], { ok: 3, changed: 1, failed: 0 });
    assert.match(await Deno.readTextFile(configuration), /externalRepoEndpoint/);
    const again = await play(atTop, folder);
    assert.deepEqual(again["mirror1"], { ok: 4, changed: 0, failed: 0 });
    assert.deepEqual(again["mirror2"], { ok: 3, changed: 0, failed: 0 });
  });
});

/** Runs the example's playbook; gives the recap of each host. */
async function playbook(
  inventory: string,
  home: string,
  options: readonly string[],
): Promise<Record<string, Recap>> {
  const args = ["-i", inventory, `${EXAMPLE}site.yml`, ...options];
  return await recapOf(tool("ansible-playbook") ?? "", args, home);
}

/** Runs a program that calls Ansible. */
async function recapOf(
  program: string,
  args: readonly string[],
  home: string,
  cwd?: string,
): Promise<Record<string, Recap>> {
  const { stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env: {
      ANSIBLE_HOME: `${home}/ansible`,
      ANSIBLE_NOCOLOR: "1",
      LC_ALL: "C.UTF-8",
      PATH: `${dirname(tool("ansible-playbook") ?? "")}:${Deno.env.get("PATH")}`,
    },
    stdin: "null",
    ...(cwd === undefined ? {} : { cwd }),
  }).output();
  const text = new TextDecoder().decode(stdout);
  const lines = [...text.matchAll(/^(\S+) +: ok=(\d+) +changed=(\d+) .*failed=(\d+)/gm)];
  assert(lines.length > 0, text + new TextDecoder().decode(stderr));
  return Object.fromEntries(lines.map(([, host, ok, changed, failed]) => [
    host,
    { ok: Number(ok), changed: Number(changed), failed: Number(failed) },
  ]));
}
