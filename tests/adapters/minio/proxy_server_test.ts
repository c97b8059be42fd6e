import assert from "node:assert/strict";
import { bytesSource } from "../../../core/storage/put_source.ts";
import { collect, noise } from "../../support/chunks.ts";
import { failsWith } from "../../support/fails_with.ts";
import { startMinio } from "../../support/minio_server.ts";
import { startNginx } from "../../support/nginx_server.ts";
import { openMinio } from "../../support/open_minio.ts";
import { freePort } from "../../support/ports.ts";
import { testWithTools } from "../../support/require.ts";

/** An nginx with these lines in its `server` block. */
const startProxy = (directives: string) => startNginx("/nowhere", { directives });

testWithTools("minio behind nginx", ["minio", "nginx"], async (t) => {
  await using server = await startMinio();
  const open = (endpoint: string) =>
    openMinio(server, {
      input: { endpoint },
      config: { patience: { connect: 5000, idle: 5000, retries: 0, silences: 1 } },
    });

  await t.step("odd keys pass a proxy unchanged", async () => {
    await using nginx = await startProxy(
      `client_max_body_size 0; location / { proxy_pass ${server.url}; proxy_set_header Host $http_host; }`,
    );
    await using adapter = await open(nginx.url);
    await adapter.prepare();
    for (const key of ["a+b/c d", "50%25/?x=1&y#z", "é'()*!~"]) {
      await adapter.put(key, bytesSource(noise(100)));
      const answer = await fetch(adapter.publicUrl(key) ?? assert.fail());
      assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), noise(100), key);
      assert.deepEqual(await collect(await adapter.get(key)), noise(100), key);
    }
  });

  await t.step("a proxy that limits bodies is named as the cause", async () => {
    await using nginx = await startProxy(
      `client_max_body_size 1m; location / { proxy_pass ${server.url}; proxy_set_header Host $http_host; }`,
    );
    await using adapter = await open(nginx.url);
    await adapter.prepare();
    const put = adapter.put("large", bytesSource(noise(4 << 20)));
    const error = await failsWith("target", /the server answers 413/, put);
    assert.match(error.hint ?? "", /client_max_body_size/);
  });

  await t.step("a proxy that changes the Host header breaks the signature", async () => {
    await using nginx = await startProxy(`location / { proxy_pass ${server.url}; }`);
    await using adapter = await open(nginx.url);
    const error = await failsWith("unauthorized", /SignatureDoesNotMatch/, adapter.prepare());
    assert.match(error.hint ?? "", /Host header/);
  });

  await t.step("nginx without S3 behind it is no S3 server", async () => {
    await using nginx = await startProxy("location / { return 200 '<html>welcome</html>'; }");
    await using adapter = await open(nginx.url);
    const error = await failsWith("target", /does not come from an S3 server/, adapter.prepare());
    assert.match(error.hint ?? "", /port 9000/);
  });

  await t.step("a proxy whose server is gone is unavailable", async () => {
    await using nginx = await startProxy(
      `location / { proxy_pass http://127.0.0.1:${freePort()}; }`,
    );
    await using adapter = await open(nginx.url);
    await failsWith("unavailable", /the server answers 502/, adapter.prepare());
  });
});
