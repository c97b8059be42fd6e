/** `--url` without `--root`: the folder is found in the configuration of nginx. */
import assert from "node:assert/strict";
import nginxFs from "../../../adapters/nginx_fs/mod.ts";
import type { AdapterInput } from "../../../core/storage/adapter.ts";
import { plainHost } from "../../../core/storage/host.ts";
import { runHere } from "../../support/cli/test_context.ts";
import { failsWith } from "../../support/fails_with.ts";
import { startNginx } from "../../support/nginx_process.ts";
import { tarGz } from "../../support/packages.ts";
import { freePort } from "../../support/ports.ts";
import { testWithTools } from "../../support/require.ts";

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "binimport-locate-" }));
  try {
    await Deno.mkdir(`${folder}/www`);
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a URL alone is enough, and the configuration may be named", () => {
  const parse = (input: AdapterInput) => nginxFs.parse(input, plainHost());
  const defaults = { fsync: false, mode: "0644", selinux: "auto", lockWait: 0 };
  const url = "http://h:8080/";
  assert.deepEqual(parse({ url: "http://h:8080" }), { url, ...defaults });
  assert.deepEqual(parse({ url, nginxConf: "x" }), { url, nginxConf: "x", ...defaults });
});

const wrong: readonly [input: AdapterInput, message: RegExp][] = [
  [{ nginxConf: "nginx.conf" }, /neither --root nor --url/],
  [{ root: "/srv", url: "http://h/", nginxConf: "nginx.conf" }, /--nginx-conf and --root together/],
];

for (const [input, message] of wrong) {
  Deno.test(`usage: ${Object.keys(input).join(" and ")}`, async () => {
    const parsing = Promise.try(() => nginxFs.parse(input, plainHost()));
    const error = await failsWith("usage", message, parsing);
    assert.match(error.hint ?? "", /--url URL/);
  });
}

Deno.test("the folder, its warnings and the workers' user come from the configuration", async () => {
  await withFolder(async (folder) => {
    const nginxConf = `${folder}/nginx.conf`;
    await Deno.writeTextFile(
      nginxConf,
      `user root; events {}
http { server { location /files/ { alias ${folder}/www/; location ~ gz$ { root /; } } } }`,
    );
    const warnings: string[] = [];
    const debug: string[] = [];
    const host = plainHost({
      warn: (code) => warnings.push(code),
      debug: (line) => debug.push(line),
    });
    const config = nginxFs.parse({ url: "http://h/files", nginxConf }, host);
    await using adapter = await nginxFs.open(config, host);
    assert.equal(adapter.target, `nginx-fs:${folder}/www`);
    assert.equal(adapter.publicUrl?.("a/b")?.href, "http://h/files/a/b");
    assert.deepEqual(warnings, ["elsewhere"]);
    assert.ok(debug.includes(`location /files/ (${nginxConf}:2)`), debug.join("\n"));
  });
});

Deno.test("no folder is the answer: nothing is opened", async () => {
  await withFolder(async (folder) => {
    const nginxConf = `${folder}/nginx.conf`;
    await Deno.writeTextFile(nginxConf, "events {} http { server { return 404; } }");
    const config = nginxFs.parse({ url: "http://h/", nginxConf }, plainHost());
    const error = await failsWith(
      "nginx-conf",
      /^Cannot find the folder of "http:\/\/h\/": "return 404" at .*:1 answers/,
      nginxFs.open(config, plainHost()),
    );
    assert.match(error.hint ?? "", /--root DIR/);
  });
});

/** Imports a package by its URL into what a real nginx serves. */
async function importByUrl(
  directives: string,
  check: (ended: Awaited<ReturnType<typeof runHere>>, folder: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const port = freePort();
    const http = `server { listen 127.0.0.1:${port}; root www; ${directives} }`;
    await using _nginx = await startNginx(folder, http, port, { master: true });
    const path = `${folder}/offline-files.tar.gz`;
    await Deno.writeFile(path, tarGz({ "dl.k8s.io/kubelet": "ELF", "h/x.tgz": "tgz" }));
    const url = `http://127.0.0.1:${port}`;
    await Deno.chmod(folder, 0o755);
    await check(await runHere(["import", path, "--url", url]), folder);
  });
}

testWithTools(
  "import --url finds the folder of a running nginx and proves it",
  ["nginx"],
  async () => {
    await importByUrl("", async ({ status, stdout, stderr }, folder) => {
      assert.equal(status, 0, stderr);
      assert.match(stdout, new RegExp(`nginx-fs:${folder}/www: 2 written`));
      assert.equal(await Deno.readTextFile(`${folder}/www/dl.k8s.io/kubelet`), "ELF");
    });
  },
);

testWithTools(
  "import --url fails its proof where nodes are asked for credentials",
  ["nginx"],
  async () => {
    await importByUrl("auth_basic closed; auth_basic_user_file none;", ({ status, stderr }) => {
      assert.equal(status, 4, stderr);
      assert.match(stderr, /warning: "auth_basic closed" at .*nginx\.conf:\d+ may ask nodes/);
      return Promise.resolve();
    });
  },
);
