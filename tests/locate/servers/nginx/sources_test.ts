/** Where the configuration comes from, with real processes. */
import assert from "node:assert/strict";
import { locate, parseBaseAddress, parseWebAddress } from "../../../../locate/mod.ts";
import { failsWith } from "../../../support/fails_with.ts";
import { type NginxStart, startNginx } from "../../../support/nginx_process.ts";
import { freePort } from "../../../support/ports.ts";
import { testWithTools, tool } from "../../../support/require.ts";
import { run } from "../../../support/run.ts";

/** Runs with nginx on a port, over a folder that has blanks in its name. */
async function withNginx(
  http: (port: number) => string,
  test: (folder: string, port: number) => Promise<void>,
  start: NginxStart = {},
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "binimport locate " }));
  try {
    const port = freePort();
    await using _nginx = await startNginx(folder, http(port), port, start);
    await test(folder, port);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const relativeRoot = (port: number) => `server { listen 127.0.0.1:${port}; root www; }`;

for (const master of [true, false]) {
  const title = master ? "a master and its worker" : "one process";
  testWithTools(`the nginx that listens is found: ${title}`, ["nginx"], async () => {
    await withNginx(relativeRoot, async (folder, port) => {
      const { path, server, steps, warnings } = await locate(
        parseWebAddress(`http://127.0.0.1:${port}/`),
        {},
      );
      assert.equal(path, `${folder}/www`);
      assert.equal(server.file, `${folder}/nginx.conf`);
      assert.match(steps[0]?.text ?? "", /of the nginx that listens on port/);
      assert.deepEqual(warnings.map(({ code }) => code), ["missing-folder"]);
    }, { master });
  });
}

testWithTools("options behind others are found in a master's title", ["nginx"], async () => {
  await withNginx(relativeRoot, async (folder, port) => {
    assert.equal(
      (await locate(parseWebAddress(`http://127.0.0.1:${port}/a`), {})).path,
      `${folder}/www/a`,
    );
  }, { master: true, options: ["-q", "-g", "error_log stderr;"] });
});

for (const kind of ["master", "single"]) {
  testWithTools(`the title of Angie's ${kind} process`, ["nginx", "bash"], async () => {
    // As ngx_update_process_title of Angie 1.10 makes it.
    const script = `exec -a "angie: ${kind} process v1.10.2 #3 [$*]" "$@"`;
    const wrapper = [tool("bash") ?? "bash", "-c", script, "bash"];
    await withNginx(relativeRoot, async (folder, port) => {
      const { path, server } = await locate(parseWebAddress(`http://127.0.0.1:${port}/a`), {});
      assert.equal(path, `${folder}/www/a`);
      assert.equal(server.file, `${folder}/nginx.conf`);
    }, { wrapper, options: ["-q"] });
  });
}

testWithTools(
  "a file given is read as the nginx that runs with it reads it",
  ["nginx"],
  async () => {
    await withNginx(relativeRoot, async (folder, port) => {
      await Deno.symlink(`${folder}/nginx.conf`, `${folder}/link.conf`);
      const given = { nginxConf: `${folder}/link.conf` };
      const { path, warnings } = await locate(parseWebAddress(`http://127.0.0.1:${port}/a`), given);
      assert.equal(path, `${folder}/www/a`);
      assert.deepEqual(warnings, []);
    });
  },
);

testWithTools("what nginx -T printed is read like the files themselves", ["nginx"], async () => {
  const http = (port: number) =>
    `include sites/*.conf;\ninclude missing/*;\nserver { listen 127.0.0.1:${port}; }`;
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(`${folder}/sites`);
    const port = freePort();
    const site = `server {\n  listen 127.0.0.1:${port};\n  server_name ä a;\n  root /srv/ä;\n}`;
    await Deno.writeTextFile(`${folder}/sites/ä.conf`, site); // no line feed at its end
    await using _nginx = await startNginx(folder, http(port), port);
    const args = ["-p", folder, "-c", "nginx.conf", "-e", "stderr", "-T"];
    const printed = new TextDecoder().decode(await run(tool("nginx") ?? "nginx", args));
    const said = "nginx: configuration file nginx.conf test is successful\n";
    for (const text of [printed, said + printed]) {
      await Deno.writeTextFile(`${folder}/printed`, text);
      const given = { nginxConf: `${folder}/printed` };
      const { server, path } = await locate(parseWebAddress(`http://a:${port}/x`), given);
      assert.deepEqual([server.file, server.line], [`${folder}/sites/ä.conf`, 1]);
      assert.equal(path, "/srv/ä/x");
    }
    await Deno.writeTextFile(`${folder}/printed`, printed.replace("missing/*", "missing/x"));
    await failsWith(
      "nginx-conf",
      /missing\/x", included at .*: the printed configuration does not hold it/,
      locate(parseWebAddress(`http://a:${port}/x`), { nginxConf: `${folder}/printed` }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Starts a command with another root, in which the same programs and folders are, as containers do. */
const OTHER_ROOT = `mount -t tmpfs none /mnt; cd /mnt; mkdir old usr etc dev tmp var run proc
for one in bin sbin lib lib64; do ln -s usr/$one $one; done
for one in usr etc dev tmp var run; do mount --rbind /$one $one; done
pivot_root . old; cd /; exec "$@"`;

/** Mounts of its own over the same root, as systemd gives them to services. */
const OWN_FOLDER = 'mkdir "$3/own"; mount -t tmpfs none "$3/own"; exec "$@"';

function inNamespace(script: string): NginxStart {
  const unshare = tool("unshare") ?? "unshare";
  return { master: true, wrapper: [unshare, "--mount", "sh", "-ec", script, "sh"] };
}

const asRoot = Deno.uid() === 0
  ? testWithTools
  : (title: string) => Deno.test.ignore(`${title} (skipped: needs root)`, () => {});

asRoot("an nginx that sees other files is told apart", ["nginx", "unshare"], async () => {
  await withNginx(relativeRoot, async (_, port) => {
    const error = await failsWith(
      "nginx-conf",
      /the nginx that listens there \(process \d+\) sees other files than this host/,
      locate(parseWebAddress(`http://127.0.0.1:${port}/`), {}),
    );
    assert.match(error.hint ?? "", /--adapter container/);
  }, inNamespace(OTHER_ROOT));
});

asRoot("an nginx with mounts of its own is of this host", ["nginx", "unshare"], async () => {
  const http = (port: number) =>
    `server { listen 127.0.0.1:${port}; root www; location /own/ { root .; } }`;
  await withNginx(http, async (folder, port) => {
    const base = `http://127.0.0.1:${port}`;
    assert.equal((await locate(parseWebAddress(`${base}/a`), {})).path, `${folder}/www/a`);
    const nginxConf = `${folder}/nginx.conf`;
    for (const options of [{}, { nginxConf }]) {
      await failsWith(
        "nginx-conf",
        /sees something else as ".*\/own\/a" than this host/,
        locate(parseWebAddress(`${base}/own/a`), options),
      );
    }
  }, inNamespace(OWN_FOLDER));
});

Deno.test("a port that another program holds is told", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await failsWith(
    "nginx-conf",
    /^Cannot find the folder of "http:\/\/h:\d+\/": "\w+" \(process \d+\) listens on port \d+, not nginx$/,
    locate(parseWebAddress(`http://h:${listener.addr.port}/`), {}),
  );
});

Deno.test("nobody listens, and no configuration knows the port", async () => {
  await failsWith(
    "nginx-conf",
    /no nginx listens on port 9 of this host/,
    locate(parseWebAddress("http://h:9/"), {}),
  );
});

Deno.test("a configuration is given: the server need not run, nor the folder exist", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/conf`);
    const nginxConf = `${folder}/conf/nginx.conf`;
    await Deno.writeTextFile(nginxConf, "events {} http { server { listen 8080; root files; } }");
    const url = "http://files.example:8080/offline";
    const file = await locate(parseWebAddress(url), { nginxConf });
    assert.equal(file.path, `${folder}/files/offline`);
    assert.deepEqual(file.warnings.map(({ code }) => code), ["prefix-assumed"]);
    const base = await locate(parseBaseAddress(url), { nginxConf });
    assert.equal(base.path, `${folder}/files/offline`);
    assert.deepEqual(base.warnings.map(({ code }) => code), ["prefix-assumed", "missing-folder"]);
    const { path, hostPath, containerPath } = base;
    assert.deepEqual([hostPath, containerPath], [path, path]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a configuration that is given and cannot be used", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const nginxConf = `${folder}/nginx.conf`;
    const fails = (message: RegExp) =>
      failsWith("nginx-conf", message, locate(parseWebAddress("http://h/"), { nginxConf }));
    await fails(/^Cannot read ".*\/nginx\.conf" of --nginx-conf: no such file$/);
    await Deno.mkdir(nginxConf);
    await fails(/it is a folder$/);
    await Deno.remove(nginxConf);
    await Deno.writeTextFile(nginxConf, "server { }");
    await fails(/nginx\.conf:1:1: "server" directive is not allowed here\n/);
    await Deno.writeTextFile(nginxConf, "events {}");
    await fails(/"http:\/\/h\/": ".*nginx\.conf" has no http block$/);
    await Deno.writeTextFile(nginxConf, "http { server { root /srv; } }");
    await fails(/nginx\.conf: no "events" section$/);
    await Deno.writeTextFile(nginxConf, "events {} http { server { root /srv; deny all; } }");
    await fails(
      /^Cannot find the folder of "http:\/\/h\/": "deny all" at .*nginx\.conf:1 refuses everybody$/,
    );
    await Deno.writeTextFile(nginxConf, "http {");
    await fails(/nginx\.conf:1:7: unexpected end of file, expecting "}" of "http" at /);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
