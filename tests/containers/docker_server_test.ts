/** docker: a real dockerd, with the real nginx in its containers. */
import { deepEqual, equal, match } from "node:assert/strict";
import { digests, makeRelease } from "../e2e/packages.ts";
import { digestsBelow } from "../e2e/targets.ts";
import { DOCKER_TOOLS, importImage, startDocker } from "./docker.ts";
import { makeHost, type TestHost } from "./host.ts";
import { makeRootFs, nginxConf } from "./root_fs.ts";
import { testWithContainers } from "./test_with_containers.ts";

const ROOT = "/usr/share/nginx/html";

async function withDocker(
  conf: string,
  run: (host: TestHost, t: Deno.TestContext) => Promise<void>,
  t: Deno.TestContext,
): Promise<void> {
  await using host = await makeHost();
  await makeRootFs(`${host.folder}/root`, {
    files: { "/etc/nginx/nginx.conf": conf },
    links: { "/srv/files": ROOT },
  });
  await using _docker = await startDocker(host);
  await importImage(host, `${host.folder}/root`, "web");
  await run(host, t);
}

const CONF = nginxConf(`
server {
  listen 80 default_server;
  root ${ROOT};
  location /linked/ { alias /srv/files/; }
  location /image/ { root /srv; }
  location /memory/ { root /scratch; }
  location /data/ { alias /data/deep/; }
}`);

testWithContainers("docker: bind mounts, volumes and published ports", DOCKER_TOOLS, async (t) => {
  await withDocker(CONF, async (host) => {
    const site = await host.share("site");
    await host.client("docker", "volume", "create", "data");
    const mounts = ["-v", `${site}:${ROOT}:ro`, "-v", "data:/data", "--tmpfs", "/scratch"];
    await host.client(
      "docker",
      "run",
      "-d",
      "--name",
      "web",
      "-p",
      "8080:80",
      ...mounts,
      "web",
      "/usr/sbin/nginx",
    );
    const url = "http://127.0.0.1:8080/";
    equal(await host.get(`${url}x`), "site");

    await t.step("by name: each step is shown", async () => {
      const { status, stdout, stderr } = await host.binimport(
        "locate",
        "--container",
        "web",
        "--url",
        url,
      );
      equal(status, 0, stderr);
      const [, ...lines] = stdout.trimEnd().split("\n");
      match(
        lines[0] ?? "",
        /^ {2}container web \(docker, [0-9a-f]{12}\): its port 80 is published as 8080$/,
      );
      deepEqual(lines.slice(1), [
        "  configuration /etc/nginx/nginx.conf, as nginx -T prints it in the container",
        "  nginx listens on *:80  (/etc/nginx/nginx.conf:7)",
        "  server (the default one there)  (/etc/nginx/nginx.conf:6)",
        "  no location matches, so the server itself answers  (/etc/nginx/nginx.conf:6)",
        `  root ${ROOT}  (/etc/nginx/nginx.conf:8)`,
        `  files under the URL are read from ${ROOT}`,
        `  ${ROOT} is mounted from ${site} (bind mount, read-only in the container)`,
        site,
      ]);
      equal(stderr, "");
    });

    await t.step("by the URL alone, and in JSON", async () => {
      const { status, stdout } = await host.binimport(
        "locate",
        "--adapter",
        "container",
        "--url",
        url,
        "--json",
      );
      equal(status, 0);
      const { container: { id, ...container }, mount, workers, path, containerPath } = JSON.parse(
        stdout,
      );
      match(id, /^[0-9a-f]{64}$/);
      deepEqual(container, { runtime: "docker", name: "web" });
      deepEqual(mount, { what: "bind mount", destination: ROOT, source: site });
      deepEqual(workers, { uid: 101, gids: [101] });
      deepEqual([path, containerPath], [site, ROOT]);
    });

    const located = async (path: string) =>
      (await host.binimport("locate", "-c", "docker/web", "--url", url + path, "--quiet")).stdout
        .trim();

    await t.step("links are the container's, volumes docker's", async () => {
      equal(await located("linked/a/b"), `${site}/a/b`);
      equal(await located("data/"), `${host.folder}/docker/volumes/data/_data/deep`);
    });

    await t.step("what has no folder of this host", async () => {
      const fails = async (path: string) =>
        await host.binimport("locate", "-c", "web", "--url", url + path);
      const image = await fails("image/");
      equal(image.status, 4, image.stdout);
      match(
        image.stderr,
        /Cannot write to "\/srv\/image" of the container "web" \(docker\): nothing is mounted there/,
      );
      const memory = await fails("memory/");
      equal(memory.status, 4, memory.stdout);
      match(memory.stderr, /"\/scratch\/memory" .*: the tmpfs at \/scratch is in memory/);
    });

    await t.step("an import goes to the host, and is proved through the container", async () => {
      await using release = await makeRelease();
      const target = ["--container", "web", "--url", url];
      const packages = [release.offlineFiles, release.componentTools];
      const imported = await host.binimport("import", ...packages, ...target, "--verify", "url");
      equal(imported.status, 0, imported.stderr);
      equal(imported.stderr, "");
      match(
        imported.stdout,
        new RegExp(`container:docker/web \\(${site}\\): 46 written, 0 unchanged`),
      );
      const { x: _, ...written } = await digestsBelow(site);
      deepEqual(written, digests(release.files));
      const again = await host.binimport("import", ...packages, "--to", "container:docker/web");
      match(again.stdout, /0 written, 46 unchanged/);
    });

    await t.step("a folder that was made anew is not the container's", async () => {
      await Deno.rename(site, `${site}-before`);
      await host.share("site");
      const { status, stderr } = await host.binimport("locate", "-c", "web", "--url", url);
      equal(status, 4);
      match(stderr, /Cannot use ".*\/site": it is not what the container "web" \(docker\) has at /);
    });

    await t.step("a stopped container", async () => {
      await host.client("docker", "stop", "--time", "0", "web");
      const { status, stderr } = await host.binimport("locate", "-c", "web", "--url", url);
      equal(status, 4);
      match(stderr, /Cannot use the container "web" \(docker\): it is exited\n {2}Start it/);
    });
  }, t);
});
