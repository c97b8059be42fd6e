/** docker: a real dockerd, with the real nginx in its containers. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { DOCKER_TOOLS, IDLE, importImage, startDocker } from "../../support/containers/docker.ts";
import { makeHost, type TestHost } from "../../support/containers/host.ts";
import { makeRootFs, nginxConf } from "../../support/containers/root_fs.ts";
import { testWithContainers } from "../../support/containers/test_with_containers.ts";
import { digests, makeRelease } from "../../support/e2e/packages.ts";
import { binimport } from "../../support/e2e/run.ts";
import { digestsBelow } from "../../support/e2e/targets.ts";
import { tool } from "../../support/require.ts";

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
    programs: ["sh", "cat", "ls", "readlink", "mkfifo"],
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
  location /ram/ { root /; }
}`);

testWithContainers("docker: bind mounts, volumes and published ports", DOCKER_TOOLS, async (t) => {
  await withDocker(CONF, async (host) => {
    const site = await host.share("site");
    await host.client("docker", "volume", "create", "data");
    const inMemory = ["type=tmpfs", "device=tmpfs"].flatMap((one) => ["--opt", one]);
    await host.client("docker", "volume", "create", ...inMemory, "ram");
    const mounts = ["-v", `${site}:${ROOT}:ro`, "-v", "data:/data", "--tmpfs", "/scratch"]
      .concat("-v", "ram:/ram");
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
      match(
        (await fails("ram/")).stderr,
        /: the volume "ram" at \/ram is in memory, and gone when/,
      );
    });

    await t.step("an import goes to the host, and is proved through the container", async () => {
      await using release = await makeRelease();
      const target = ["--container", "web", "--url", url, "--no-progress"];
      const packages = [release.offlineFiles, release.componentTools];
      const imported = await host.binimport("import", ...packages, ...target, "--verify", "url");
      equal(imported.status, 0, imported.stderr);
      match(imported.stderr, /^Next:\n/, "nothing else");
      match(
        imported.stdout,
        new RegExp(`container:docker/web \\(${site}\\): 46 written, 0 unchanged`),
      );
      const { x: _, ...written } = await digestsBelow(site);
      deepEqual(written, digests(release.files));
      const again = await host.binimport("import", ...packages, "--to", "container:docker/web");
      const report = `${host.folder}/report.html`;
      const verified = await host.binimport("verify", ...target, "--report", report);
      equal(verified.status, 0, verified.stderr);
      match(await Deno.readTextFile(report), /is mounted from .*\/site \(bind mount/);
      match(again.stdout, /0 written, 46 unchanged/);
    });

    await t.step("a name as inspect shows it", async () => {
      const { stdout, stderr } = await host.binimport("locate", "-c", "/web", "--url", url, "-q");
      equal(stdout, `${site}\n`, stderr);
    });

    await t.step("the network of another container, whose port is published", async () => {
      const two = await host.share("two");
      const [lender, ...idle] = ["lender", "web", ...IDLE];
      await host.client("docker", "run", "-d", "--name", lender, "-p", "8088:80", ...idle);
      const borrowed = ["--network", `container:${lender}`, "-v", `${two}:${ROOT}`, "web"];
      await host.client("docker", "run", "-d", "--name", "guest", ...borrowed, "/usr/sbin/nginx");
      const there = "http://127.0.0.1:8088/";
      equal(await host.get(`${there}x`), "two");
      for (const named of [["-c", "guest"], ["--adapter", "container"]]) {
        const { stdout, stderr } = await host.binimport("locate", ...named, "--url", there);
        match(
          stdout,
          /container guest \(docker, \w+\): its port 80 is published as 8088\n/,
          stderr,
        );
        equal(stdout.trimEnd().split("\n").at(-1), two);
        equal(stderr, "");
      }
      await host.client("docker", "rm", "--force", "guest", lender);
    });

    await t.step("a volume without a name goes away with its container", async () => {
      const options = ["-d", "--name", "anonymous", "-p", "8083:80", "-v", ROOT];
      await host.client("docker", "run", ...options, "web", "/usr/sbin/nginx");
      const anonymous = await host.binimport(
        "locate",
        "-c",
        "anonymous",
        "--url",
        "http://127.0.0.1:8083/",
      );
      equal(anonymous.status, 0, anonymous.stderr);
      match(anonymous.stdout, /\n\S+\/docker\/volumes\/[0-9a-f]{64}\/_data\n$/);
      match(
        anonymous.stderr,
        /^warning: The volume at \/usr\/share\/nginx\/html has no name of its own: it may be removed/,
      );
      const named = await host.binimport("locate", "-c", "web", "--url", `${url}data/`);
      doesNotMatch(named.stderr, /has no name/);
    });

    await t.step("one that is removed while it is asked", async () => {
      const removing = `${host.folder}/removing`;
      const real = tool("docker");
      const script = `#!/bin/sh\n[ "$1" != exec ] || ${real} rm -f "$2" >&2\nexec ${real} "$@"\n`;
      await Deno.mkdir(removing);
      await Deno.writeTextFile(`${removing}/docker`, script, { mode: 0o755 });
      const options = ["-c", "anonymous", "--url", "http://127.0.0.1:8083/"];
      const { status, stderr } = await host.binimportWith(removing, "locate", ...options);
      equal(status, 4);
      match(
        stderr,
        /Cannot read the configuration in the container "anonymous" \(docker\): .*No such container/,
      );
      match(stderr, /\n {2}It has ended, or was removed meanwhile: try again\.\n/);
    });

    await t.step("one that is paused", async () => {
      await host.client("docker", "pause", "web");
      const { status, stdout, stderr } = await host.binimport("locate", "-c", "web", "--url", url);
      await host.client("docker", "unpause", "web");
      equal(status, 0, stderr);
      match(stderr, /^warning: The container "web" \(docker\) is paused: it serves nothing\n/);
      equal(stdout.trimEnd().split("\n").at(-1), site);
    });

    await t.step(
      "a folder that was moved is the container's, one made anew or removed is not",
      async () => {
        await Deno.rename(site, `${site}-before`);
        await host.share("site");
        const { status, stderr } = await host.binimport("locate", "-c", "web", "--url", url);
        equal(status, 4);
        match(
          stderr,
          /Cannot use ".*\/site": it is not what the container "web" \(docker\) has at /,
        );
        await Deno.remove(site, { recursive: true });
        const moved = await host.binimport("locate", "-c", "web", "--url", url, "--quiet");
        equal(moved.stdout, `${site}-before\n`, moved.stderr);
        await Deno.remove(`${site}-before`, { recursive: true });
        const removed = await host.binimport("locate", "-c", "web", "--url", url);
        match(removed.stderr, /Cannot use ".*\/site-before": it is not what the container "web"/);
      },
    );

    await t.step("a stopped container", async () => {
      await host.client("docker", "stop", "--time", "0", "web");
      const { status, stderr } = await host.binimport("locate", "-c", "web", "--url", url);
      equal(status, 4);
      match(stderr, /Cannot use the container "web" \(docker\): it is exited\n {2}Start it/);
    });
  }, t);
});

const TOOLS = [...DOCKER_TOOLS, "setpriv", "unshare"];

testWithContainers("docker: which of several containers serves a URL", TOOLS, async (t) => {
  // kubespray's own nginx serves a folder below the one that images have.
  const conf = nginxConf(`server { listen 127.0.0.1:8090; root ${ROOT}/download; }`);
  await withDocker(conf, async (host) => {
    const [one, two] = [await host.share("one"), await host.share("two")];
    await host.share("one/nested");
    const start = (name: string, mounts: readonly string[], ...command: readonly string[]) =>
      host.client(
        "docker",
        "run",
        "-d",
        "--name",
        name,
        "--network",
        "host",
        ...mounts,
        "web",
        ...command,
      );
    const nested = ["-v", `${one}:${ROOT}/download`, "-v", `${two}:${ROOT}/download/nested`];
    await start("one", nested, "/usr/sbin/nginx");
    const other = `${host.folder}/other.conf`;
    const server = `server { listen 127.0.0.1:8091; listen 127.0.0.1:8092; root ${ROOT}; }`;
    await Deno.writeTextFile(other, nginxConf(server));
    const page = ["-v", `${one}/x:${ROOT}/index.html`];
    const memory = ["--tmpfs", `${ROOT}/cache`];
    const mounts = [
      "-v",
      `${two}:${ROOT}`,
      ...page,
      ...memory,
      "-v",
      `${other}:/etc/nginx/nginx.conf:ro`,
    ];
    await start("two", mounts, "/usr/sbin/nginx");
    await start("idle", [], ...IDLE);
    const url = (port: number) => `http://127.0.0.1:${port}/`;
    equal(await host.get(`${url(8090)}x`), "one");
    equal(await host.get(`${url(8091)}x`), "two");
    const locate = (...args: readonly string[]) =>
      host.binimport("locate", "--runtime", "docker", ...args);

    await t.step("in the host's network it is the one that listens there", async () => {
      for (const [port, folder] of [[8090, one], [8092, two]] as const) {
        const { stdout, stderr } = await locate("--adapter", "container", "--url", url(port), "-q");
        equal(stdout, `${folder}\n`, stderr);
      }
    });

    await t.step("what a deeper mount hides is told", async () => {
      const { stderr } = await locate("-c", "one", "--url", url(8090));
      match(
        stderr,
        /^warning: The bind mount at \S+\/nested hides what is written to "nested\/…" here\n/,
      );
      const deeper = await locate("-c", "one", "--url", `${url(8090)}nested/`, "-q");
      equal(deeper.stdout, `${two}\n`);
    });

    await t.step("a single file that is mounted is no folder", async () => {
      const { stdout, stderr } = await locate("-c", "two", "--url", url(8091));
      equal(stdout.trimEnd().split("\n").at(-1), two);
      match(stderr, /The bind mount at \S+ hides what is written to "index.html" here\n/);
      match(stderr, /\n {2}Leave it out of imports: --exclude index.html\n/);
      match(stderr, /The tmpfs at \S+ hides what is written to "cache\/…" here\n/);
      match(stderr, /\n {2}Leave it out of imports: --exclude 'cache\/\*\*'\n/);
      await start("page", ["-v", `${one}/x:${ROOT}/download/index.html`], ...IDLE);
      const only = await locate("-c", "page", "--url", url(8090));
      equal(only.status, 4);
      match(
        only.stderr,
        / {2}Mounted are \S+\/one\/x at \S+\/index.html\. Mount a folder of this host at/,
      );
    });

    await t.step(
      "where nginx -T fails, and nobody may look into /proc: by docker exec",
      async () => {
        const broken = `${nginxConf(server)}error_log /nowhere/error.log;\n`;
        await Deno.writeTextFile(other, broken);
        const drop = "--bounding-set=-sys_ptrace,-dac_override,-dac_read_search";
        const withoutRights = [tool("setpriv") ?? "setpriv", drop];
        // A /proc that shows nobody else's processes at all.
        const script = 'mount -t proc -o hidepid=2 proc /proc && exec "$@"';
        const hidden = [tool("unshare") ?? "unshare", "--mount", "/bin/sh", "-c", script, "sh"];
        for (const under of [withoutRights, [...hidden, ...withoutRights]]) {
          const { status, stdout, stderr } = await binimport(
            ["locate", "-c", "docker/two", "--url", url(8091)],
            { env: host.env, under: [...host.enter, ...under] },
          );
          equal(status, 0, stderr);
          match(stdout, /configuration \S+nginx\.conf in the container, read by docker exec\n/);
          equal(stdout.trimEnd().split("\n").at(-1), two);
        }
      },
    );

    await t.step("nobody listens on that port", async () => {
      const { status, stderr } = await locate("--adapter", "container", "--url", url(8099));
      equal(status, 4);
      match(
        stderr,
        /no running container of docker publishes port 8099, has that address, or listens/,
      );
    });

    await t.step("nothing is mounted into it", async () => {
      const { status, stderr } = await locate("-c", "idle", "--url", url(8090));
      equal(status, 4);
      match(stderr, /nothing is mounted there, so the files are in the image's layer\n/);
      match(stderr, / {2}Recreate the container with a folder of this host there, such as -v /);
    });

    await t.step("there is no nginx in it", async () => {
      await start("bare", ["-v", `${two}:/etc/nginx`], ...IDLE);
      const { status, stderr } = await locate("-c", "bare", "--url", url(8090));
      equal(status, 3, stderr);
      match(
        stderr,
        /no configuration of nginx can be read in the container "bare" \(docker\); nginx -T there: .*open\(\) "\/etc\/nginx\/nginx\.conf" failed/,
      );
      match(stderr, /\n {2}If another server runs in it, give the folder .* as --root DIR\./);
    });
  }, t);
});

testWithContainers(
  "docker: a daemon whose mounts this host does not see (MountFlags=slave)",
  [...DOCKER_TOOLS, "unshare"],
  async () => {
    await using host = await makeHost();
    await makeRootFs(`${host.folder}/root`, {
      files: { "/etc/nginx/nginx.conf": nginxConf(`server { listen 80; root ${ROOT}; }`) },
    });
    const apart = [tool("unshare") ?? "unshare", "--mount", "--propagation", "slave"];
    await using _docker = await startDocker({ ...host, enter: [...host.enter, ...apart] });
    await importImage(host, `${host.folder}/root`, "web");
    const site = await host.share("site");
    const bound = ["type=none", "o=bind", `device=${site}`].flatMap((one) => ["--opt", one]);
    await host.client("docker", "volume", "create", ...bound, "site");
    const options = ["-d", "--name", "web", "--network", "host", "-v", `site:${ROOT}`];
    await host.client("docker", "run", ...options, "web", "/usr/sbin/nginx");
    const url = "http://127.0.0.1/";
    equal(await host.get(`${url}x`), "site");
    const { status, stdout, stderr } = await host.binimport("locate", "-c", "web", "--url", url);
    equal(status, 0, stderr);
    match(stdout, /is mounted from \S+\/site \(volume "site"\)\n/);
    equal(stdout.trimEnd().split("\n").at(-1), site);
  },
);
