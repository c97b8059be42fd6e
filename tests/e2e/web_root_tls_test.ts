/** A web root behind https: whom to trust is said in the same way as for S3. */
import assert from "node:assert/strict";
import { makeCertificates } from "../support/certificates.ts";
import { makeRelease } from "../support/e2e/packages.ts";
import { binimport } from "../support/e2e/run.ts";
import { makeRoot } from "../support/e2e/targets.ts";
import { startNginx } from "../support/nginx_process.ts";
import { freePort } from "../support/ports.ts";
import { testWithTools } from "../support/require.ts";

testWithTools("e2e: a web root behind https", ["tar", "nginx", "openssl"], async (t) => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  await using server = await makeRoot();
  await using certificates = await makeCertificates(["IP:127.0.0.1"]);
  const port = freePort();
  const { folder, authority } = certificates;
  const http = `server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate "${folder}/public.crt";
    ssl_certificate_key "${folder}/private.key";
    root "${root.path}";
  }`;
  await using _nginx = await startNginx(server.path, http, port);
  const url = `https://127.0.0.1:${port}/`;
  const into = ["import", release.componentTools, "--root", root.path, "--url", url];

  await t.step("whose authority nobody knows is refused", async () => {
    const { status, stderr } = await binimport(into);
    assert.equal(status, 4, stderr);
    assert.match(stderr, /--ca-file/);
  });

  for (const trust of [["--ca-file", authority], ["--insecure-skip-tls-verify"]]) {
    await t.step(`is proved with ${trust[0]}`, async () => {
      const { status, stdout, stderr } = await binimport([...into, ...trust]);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /nginx-fs:/);
    });
  }
});
