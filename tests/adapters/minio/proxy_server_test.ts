import assert from "node:assert/strict";
import { httpFetch } from "../../../core/http/mod.ts";
import { verifyFiles } from "../../../core/importer/verify.ts";
import { bytesSource } from "../../../core/storage/put_source.ts";
import { collect, noise } from "../../support/chunks.ts";
import { failsWith } from "../../support/fails_with.ts";
import { startMinio } from "../../support/minio_server.ts";
import { startNginx } from "../../support/nginx_server.ts";
import { openMinio } from "../../support/open_minio.ts";
import { freePort } from "../../support/ports.ts";
import { testWithTools } from "../../support/require.ts";
import { FILES, importInto } from "../../support/s3_import.ts";

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

testWithTools(
  "minio: nodes read by a proxy, of a bucket that nobody else may read",
  ["minio", "mc", "nginx"],
  async (t) => {
    await using server = await startMinio();
    await server.mc("mb", "test/kubean");
    const policy = await Deno.makeTempFile();
    await Deno.writeTextFile(
      policy,
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{
          Effect: "Allow",
          Principal: { AWS: ["*"] },
          Action: ["s3:GetObject"],
          Resource: ["arn:aws:s3:::kubean/*"],
          Condition: { StringEquals: { "aws:Referer": ["the proxy's secret"] } },
        }],
      }),
    );
    await server.mc("anonymous", "set-json", policy, "test/kubean");
    await Deno.remove(policy);
    await using nginx = await startNginx("/nowhere", {
      directives: `location /files/ {
        limit_except GET { deny all; }
        proxy_pass ${server.url}/kubean/;
        proxy_set_header Referer "the proxy's secret";
      }`,
    });
    const input = { anonymousDownload: "keep", url: `${nginx.url}files` };

    await t.step("the import is proved there", async () => {
      for (const verify of ["auto", "url", "auto"] as const) {
        const { written, unchanged } = await importInto(server, FILES, input, { verify });
        assert.equal(written + unchanged, 3);
      }
      const asked = await nginx.requests();
      for (const method of ["GET", "HEAD"]) {
        assert(asked.some((line) => line.startsWith(`${method} /files/`)), asked.join("\n"));
      }
      assert(asked.every((line) => / 200 -$/.test(line)), asked.join("\n"));
      const direct = await fetch(`${server.url}/kubean/dl.k8s.io/kubelet`);
      await direct.body?.cancel();
      assert.equal(direct.status, 403, "the bucket itself stayed closed");
    });

    await t.step("it is verified there, and another file is found there", async () => {
      await using adapter = await openMinio(server, { input });
      await adapter.put("dl.k8s.io/kubelet", bytesSource(noise(7)));
      using fetch = httpFetch();
      const states: string[] = [];
      const files = [{ key: "dl.k8s.io/kubelet", size: 7, sha256: "0".repeat(64) }];
      await verifyFiles(adapter, files, { mode: "url", fetch }, ({ state }) => states.push(state));
      assert.deepEqual(states, ["different"]);
    });

    await t.step("without it, the proof says that nobody may read", async () => {
      const closed = { anonymousDownload: "keep" };
      await failsWith("integrity", /answers 403$/, importInto(server, FILES, closed));
    });

    await t.step("who asks for the target's own proof needs no address", async () => {
      const closed = { anonymousDownload: "keep" };
      const { written } = await importInto(server, FILES, closed, { verify: "target" });
      assert.equal(written, 1, "the file that was replaced");
    });

    await t.step("an address that leads elsewhere is told before anything is written", async () => {
      const wrong = { ...input, url: `${nginx.url}other` };
      const files = { "never": "written" };
      await failsWith("integrity", /other\/.* answers 404$/, importInto(server, files, wrong));
      await using adapter = await openMinio(server, { input });
      assert.equal(await adapter.stat("never"), undefined);
    });
  },
);
