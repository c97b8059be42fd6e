/** podman: the real one, with the real nginx in its containers. */
import { equal, match } from "node:assert/strict";
import { makeHost } from "../../support/containers/host.ts";
import { PODMAN_TOOLS, preparePodman } from "../../support/containers/podman.ts";
import { makeRootFs, nginxConf } from "../../support/containers/root_fs.ts";
import { testWithContainers } from "../../support/containers/test_with_containers.ts";
import { makeRelease } from "../../support/e2e/packages.ts";

const CONF = nginxConf(`
server {
  listen 80;
  root /usr/share/nginx/html;
  location /data/ { alias /data/; }
  location /memory/ { root /scratch; }
}`);

testWithContainers("podman: bind mounts, volumes and published ports", PODMAN_TOOLS, async (t) => {
  await using host = await makeHost();
  // nginx is started with -c, and there is nothing else at a usual place.
  await makeRootFs(`${host.folder}/root`, { files: { "/conf/main.conf": CONF } });
  await using _podman = await preparePodman(host);
  const site = await host.share("site");
  const mounts = ["-v", `${site}:/usr/share/nginx/html`, "-v", "data:/data", "--tmpfs", "/scratch"];
  const command = ["--rootfs", `${host.folder}/root`, "/usr/sbin/nginx", "-c", "/conf/main.conf"];
  await host.client("podman", "run", "-d", "--name", "web", "-p", "8081:80", ...mounts, ...command);
  const url = "http://127.0.0.1:8081/";
  equal(await host.get(`${url}x`), "site");

  await t.step("by the URL alone", async () => {
    const only = ["--adapter", "container", "--runtime", "podman"];
    const { status, stdout, stderr } = await host.binimport("locate", ...only, "--url", url);
    equal(status, 0, stderr);
    match(stdout, /container web \(podman, [0-9a-f]{12}\): its port 80 is published as 8081\n/);
    match(stdout, /configuration \/conf\/main\.conf, as nginx -T prints it in the container\n/);
    equal(stdout.trimEnd().split("\n").at(-1), site);
  });

  await t.step("volumes, and what is in memory", async () => {
    const locate = (path: string) =>
      host.binimport("locate", "-c", "podman/web", "--url", url + path, "--quiet");
    equal((await locate("data/a")).stdout, `${host.folder}/podman/volumes/data/_data/a\n`);
    const memory = await locate("memory/");
    equal(memory.status, 4);
    match(memory.stderr, /the tmpfs at \/scratch is in memory/);
  });

  await t.step("an import is proved through the container", async () => {
    await using release = await makeRelease();
    const target = ["--to", "container:podman/web", "--url", url, "--no-progress"];
    const { status, stdout, stderr } = await host.binimport(
      "import",
      release.componentTools,
      ...target,
    );
    equal(status, 0, stderr);
    match(stdout, /container:podman\/web \(.*\/site\): 40 written/);
    match(stderr, /^Next:\n/, "nothing else");
  });

  await t.step("no such container", async () => {
    const { status, stderr } = await host.binimport("locate", "-c", "podman/nope", "--url", url);
    equal(status, 4);
    match(stderr, /^error: Cannot find the container "nope": podman has none of that name\n/);
  });
});

testWithContainers(
  "podman: the files of a container where nginx -T fails",
  PODMAN_TOOLS,
  async (t) => {
    await using host = await makeHost();
    await using _podman = await preparePodman(host);
    const site = await host.share("site");
    const conf = await host.share("conf");
    const files = { "/etc/nginx/nginx.conf": "include /conf/*.conf;\n" };
    await makeRootFs(`${host.folder}/root`, { files, links: { "/www": "usr/share/nginx/html" } });
    const server =
      "user web;\ndaemon off;\nevents {}\nhttp { server { listen 8082; root /www; } }\n";
    await Deno.writeTextFile(`${conf}/a.conf`, server);
    const mounts = ["-v", `${site}:/usr/share/nginx/html`, "-v", `${conf}:/conf`];
    const command = ["--rootfs", `${host.folder}/root`, "/usr/sbin/nginx"];
    await host.client(
      "podman",
      "run",
      "-d",
      "--name",
      "web",
      "--network",
      "host",
      ...mounts,
      ...command,
    );
    const url = "http://127.0.0.1:8082/";
    equal(await host.get(`${url}x`), "site");
    // From now on nginx -T fails, while the nginx that was started before goes on.
    await Deno.writeTextFile(`${conf}/b.conf`, "error_log /nowhere/error.log;\n");

    await t.step("over /proc", async () => {
      const { status, stdout, stderr } = await host.binimport(
        "locate",
        "-c",
        "podman/web",
        "--url",
        url,
      );
      equal(status, 0, stderr);
      match(stdout, /web \(podman, \w+\): it shares this host's network\n/);
      match(
        stdout,
        /configuration \/etc\/nginx\/nginx\.conf in the container, read over \/proc\n/,
      );
      match(stdout, /root \/www {2}\(\/conf\/a\.conf:4\)\n/);
      match(stdout, /links lead to \/usr\/share\/nginx\/html in the container\n/);
      equal(stdout.trimEnd().split("\n").at(-1), site);
    });
  },
);

testWithContainers(
  "podman: mounts that inspect does not tell of as they are",
  PODMAN_TOOLS,
  async (t) => {
    await using host = await makeHost();
    await using _podman = await preparePodman(host);
    const site = await host.share("site");
    const html = "/opt/bitnami/nginx/html";
    const conf = nginxConf(`
server { listen 8083; root ${html}; }
server { listen 8084; root /over; }
server { listen 8085; root /opt; }
server { listen 8087; root /volume; }
server { listen 8088; root /image; }
server { listen 8089; root /memory; }`);
    await makeRootFs(`${host.folder}/root`, {
      files: {
        "/etc/nginx/nginx.conf": conf,
        "/etc/nginx/heir.conf": nginxConf("server { listen 8086; root /over; }"),
        [`${html}/placeholder`]: "",
      },
      links: { "/app": html },
    });
    const command = ["--rootfs", `${host.folder}/root`, "/usr/sbin/nginx"];
    const run = (name: string, ...mounts: readonly string[]) =>
      host.client(
        "podman",
        "run",
        "-d",
        "--name",
        name,
        "--network",
        "host",
        ...mounts,
        ...command,
      );
    const locate = (name: string, port: number) =>
      host.binimport("locate", "-c", `podman/${name}`, "--url", `http://127.0.0.1:${port}/`);
    const inMemory = ["--opt", "type=tmpfs", "--opt", "device=tmpfs"];
    await host.client("podman", "volume", "create", ...inMemory, "ram");
    await host.client("tar", "-C", site, "-cf", `${host.folder}/pages.tar`, "x");
    await host.client("podman", "import", `${host.folder}/pages.tar`, "pages");
    const mounts = [`${site}:/app`, `${site}:/over:O`, "files:/volume:O", "ram:/memory"]
      .flatMap((one) => ["-v", one]);
    await run("web", ...mounts, "--mount", "type=image,src=pages,dst=/image");
    equal(await host.get("http://127.0.0.1:8083/x"), "site");

    await t.step("over a link of the image", async () => {
      const { status, stdout, stderr } = await locate("web", 8083);
      equal(status, 0, stderr);
      match(stdout, /\/opt\/bitnami\/nginx\/html is mounted from .*\/site \(bind mount\)\n/);
      equal(stdout.trimEnd().split("\n").at(-1), site);
    });

    await t.step("an overlay", async () => {
      const { status, stderr } = await locate("web", 8084);
      equal(status, 4);
      match(
        stderr,
        /the overlay at \/over lies over .*\/site: what is written there later need not/,
      );
      match(
        stderr,
        /\n {2}Recreate the container with a plain mount of the folder, without an overlay \(:O\)\./,
      );
    });

    await t.step("an overlay over a volume", async () => {
      const { status, stderr } = await locate("web", 8087);
      equal(status, 4);
      match(stderr, /the overlay at \/volume lies over .*\/volumes\/files\/_data: what is written/);
    });

    await t.step("an image, which inspect shows as an overlay, too", async () => {
      const { status, stderr } = await locate("web", 8088);
      equal(status, 4);
      match(
        stderr,
        /the image volume at \/image comes from an image\n {2}Mount a folder of this host/,
      );
    });

    await t.step("a volume in memory", async () => {
      const { status, stderr } = await locate("web", 8089);
      equal(status, 4);
      match(
        stderr,
        /the volume "ram" at \/memory is in memory, and gone when the container stops\n/,
      );
    });

    await t.step("nothing there, and a mount below it", async () => {
      const { status, stderr } = await locate("web", 8085);
      equal(status, 4);
      match(stderr, /Below it \/opt\/bitnami\/nginx\/html is mounted: give the URL of that folder/);
    });

    await t.step("those of another container", async () => {
      await host.client("podman", "create", "--name", "files", "-v", `${site}:/over`, ...command);
      const heir = ["--volumes-from", "files", ...command, "-c", "/etc/nginx/heir.conf"];
      await host.client("podman", "run", "-d", "--name", "heir", "--network", "host", ...heir);
      equal(await host.get("http://127.0.0.1:8086/x"), "site");
      const { status, stdout, stderr } = await locate("heir", 8086);
      equal(status, 0, stderr);
      equal(stdout.trimEnd().split("\n").at(-1), site);
    });
  },
);
