import { equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { binimport } from "../support/e2e/run.ts";
import { startNginx } from "../support/nginx_server.ts";
import { freePort } from "../support/ports.ts";
import { testWithTools, tool } from "../support/require.ts";
import { startSshd } from "../support/sshd.ts";

const PLAY = fileURLToPath(new URL("../../examples/ansible/node-check.yml", import.meta.url));

testWithTools(
  "examples: the play runs the script on every node, and tells nodes × faults",
  ["ansible-playbook", "nginx", "sshd", "ssh-keygen", "curl"],
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "binimport-play-" });
    await using nodes = new AsyncDisposableStack();
    try {
      await Deno.chmod(folder, 0o755);
      await Deno.mkdir(`${folder}/bin`);
      await Deno.writeTextFile(`${folder}/bin/kubelet`, "kubelet");
      await using nginx = await startNginx(folder);
      const hosts: Record<string, object> = {};
      for (const name of ["node1", "node2"]) {
        const sshd = nodes.use(await startSshd());
        hosts[name] = {
          ansible_host: "127.0.0.1",
          ansible_port: sshd.port,
          ansible_ssh_private_key_file: sshd.identity,
          ansible_ssh_common_args: `-o UserKnownHostsFile=${sshd.knownHosts}`,
        };
      }
      const play = async (list: string, more: Record<string, object> = {}) => {
        await Deno.writeTextFile(`${folder}/list`, list);
        const made = await binimport([
          "node-check",
          "--url",
          nginx.url,
          "--expect",
          `${folder}/list`,
          "--json",
        ]);
        equal(made.status, 0, made.stderr);
        await Deno.writeTextFile(`${folder}/node-check.sh`, made.stdout);
        const inventory = `${folder}/hosts.json`;
        await Deno.writeTextFile(
          inventory,
          JSON.stringify({ all: { hosts: { ...hosts, ...more } } }),
        );
        const { code, stdout, stderr } = await new Deno.Command(tool("ansible-playbook") ?? "", {
          args: ["-i", inventory, "-e", `node_check_script=${folder}/node-check.sh`, PLAY],
          env: {
            ANSIBLE_HOME: `${folder}/ansible`,
            ANSIBLE_NOCOLOR: "1",
            ANSIBLE_SSH_ARGS: "-o ControlMaster=no", // one left behind keeps its output open for a minute
            LC_ALL: "C.UTF-8",
          },
          stdin: "null",
        }).output();
        return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
      };

      const well = await play("bin/kubelet\n");
      equal(well.code, 0, well.text);
      for (const node of ["node1", "node2"]) {
        match(well.text, new RegExp(`"${node}: ok: 1 of 1 files"`));
      }

      const gone = { ansible_host: "127.0.0.1", ansible_port: freePort() };
      const bad = await play("bin/kubelet\nbin/kubeadm\n", { node3: gone });
      ok(bad.code !== 0, "a fault fails the play");
      for (const node of ["node1", "node2"]) {
        match(bad.text, new RegExp(`"${node}: missing: ${nginx.url}bin/kubeadm: it answers 404"`));
      }
      match(bad.text, /"node3: unreachable: .*Connection refused/);
      match(bad.text, /3 faults, see above/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
