/** `binimport` alone, at a container: a real podman, in a real terminal. */
import { fileURLToPath } from "node:url";
import { makeHost } from "../../support/containers/host.ts";
import { PODMAN_TOOLS, preparePodman } from "../../support/containers/podman.ts";
import { makeRootFs, nginxConf } from "../../support/containers/root_fs.ts";
import { testWithContainers } from "../../support/containers/test_with_containers.ts";
import { tarGz } from "../../support/packages.ts";
import { openTerminal } from "../../support/terminal.ts";

const PROGRAM = fileURLToPath(new URL("../../../cli.ts", import.meta.url));
const HTML = "/usr/share/nginx/html";

testWithContainers(
  "podman: who answers what leads nowhere is asked again",
  [...PODMAN_TOOLS, "tmux"],
  async () => {
    await using host = await makeHost();
    const files = { "/etc/nginx/nginx.conf": nginxConf(`server { listen 80; root ${HTML}; }`) };
    await makeRootFs(`${host.folder}/root`, { files });
    await using _podman = await preparePodman(host);
    const site = await host.share("site");
    const command = ["--rootfs", `${host.folder}/root`, "/usr/sbin/nginx"];
    const mounts = ["-p", "8081:80", "-v", `${site}:${HTML}`];
    await host.client("podman", "run", "-d", "--name", "web", ...mounts, ...command);
    await host.get("http://127.0.0.1:8081/x");
    await Deno.writeFile(`${host.folder}/offline-files.tar.gz`, tarGz({ "h/y": "1" }));
    const run = [...host.enter, Deno.execPath(), "run", "-A", "--no-check", PROGRAM];
    await using terminal = await openTerminal(run, {
      cwd: host.folder,
      env: { ...host.env, LANG: "C.UTF-8" },
      columns: 160,
      rows: 60,
    });
    const answer = async (question: RegExp, text: string) => {
      await terminal.shows(question);
      await terminal.type(`${text}\r`);
    };
    await answer(/offline-files\.tar\.gz\]: *$/m, "");
    await answer(/1 to 4 \[1\]: *$/m, "2");
    await answer(/Name of the container, or kubectl.*: *$/m, "wbe");
    await answer(/URL that nodes use.* \(optional\): *$/m, "");
    await terminal.shows(
      /^Cannot find the container "wbe": .*none of that name[^]*\n {2}docker ps -a/m,
    );
    await answer(/1 to 4 \[1\]: *$/m, "2");
    await answer(/Name of the container, or kubectl.*: *$/m, "");
    await answer(/URL that nodes use[^(]*: *$/m, "web");
    await answer(/An address begins with http:.* URL that nodes use[^(]*: *$/m, "");
    await answer(/An address begins with http:.*: *\n.*: *$/m, "http://127.0.0.1:8081/");
    await terminal.shows(new RegExp(`^Files go to ${site}\\.$`, "m"));
    await answer(/clusterConfig\.yaml.*: *$/m, "");
    await terminal.shows(/--adapter container --url http:\/\/127\.0\.0\.1:8081\/\n/);
    await answer(/Import now\? \[y\]: *$/m, "");
    await terminal.shows(/container:podman\/web \(.*\/site\): 1 written/);
  },
);
