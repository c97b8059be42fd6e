/** Names of containers are completed in bash: a real dockerd. */
import { makeFolder, openShell } from "../../support/cli/completing_shell.ts";
import { DOCKER_TOOLS, IDLE, importImage, startDocker } from "../../support/containers/docker.ts";
import { makeHost } from "../../support/containers/host.ts";
import { makeRootFs } from "../../support/containers/root_fs.ts";
import { testWithContainers } from "../../support/containers/test_with_containers.ts";

const TOOLS = [...DOCKER_TOOLS, "tmux", "bash"];

testWithContainers("docker: names of containers are completed in bash", TOOLS, async (t) => {
  await using host = await makeHost();
  await makeRootFs(`${host.folder}/root`, { programs: ["sh", "mkfifo"] });
  await using _docker = await startDocker(host);
  await importImage(host, `${host.folder}/root`, "idle");
  for (const name of ["mirror-east", "mirror-west", "stopped"]) {
    await host.client("docker", "run", "-d", "--name", name, "idle", ...IDLE);
  }
  await host.client("docker", "stop", "--time", "0", "stopped");
  const folder = await makeFolder();
  try {
    const bash = ["bash", "--norc", "--noprofile"];
    await using terminal = await openShell(folder, bash, "source ./bash-script\r", host.env);

    /**
     * Types words and Tab, waits for what is then shown, and takes the line away. On a busy machine
     * docker may take longer than completion waits: then Tab is pressed again, as by a person.
     */
    const completes = async (typed: string, shown: RegExp) => {
      await t.step(typed.replaceAll("\t", "<Tab>"), async () => {
        await terminal.type(typed);
        const again = setInterval(() => void terminal.type("\t"), 6000);
        await terminal.shows(shown).finally(() => clearInterval(again));
        await terminal.type("\x15"); // Ctrl-U
      });
    };

    await completes("binimport locate --container mirror-w\t", /--container mirror-west /);
    await completes("binimport locate -c mirror-e\t", /-c mirror-east /);
    await completes("binimport doctor --runtime docker --container=mi\t", /--container=mirror-$/m);
    // What all have in common is filled in first, which the stopped one has not.
    await completes("binimport locate -c \t\t\t", /mirror-east +mirror-west\s+\$ .* -c mirror-/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testWithContainers("docker: what is no runtime is not started by Tab", TOOLS, async () => {
  const folder = await makeFolder();
  try {
    await Deno.writeTextFile(`${folder}/bin/mine`, "#!/bin/sh\ntouch ~/started; echo it-ran\n", {
      mode: 0o755,
    });
    const bash = ["bash", "--norc", "--noprofile"];
    await using terminal = await openShell(folder, bash, "source ./bash-script\r");
    await terminal.type("binimport locate --runtime mine -c it\t");
    await terminal.type("s-end; ls ~; echo do''ne\r");
    const seen = await terminal.shows(/^done/m);
    if (/started|it-ran/.test(seen)) throw new Error(seen);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
