import assert from "node:assert/strict";
import { bytesSource } from "../../../core/storage/put_source.ts";
import { testHost } from "../../support/adapter_host.ts";
import { makeCertificates } from "../../support/certificates.ts";
import { collect, noise } from "../../support/chunks.ts";
import { failsWith } from "../../support/fails_with.ts";
import { startMinio } from "../../support/minio_server.ts";
import { openMinio, PART_SIZE } from "../../support/open_minio.ts";
import { testWithTools } from "../../support/require.ts";

const IMPATIENT = { connect: 5000, idle: 5000, retries: 1, silences: 2 };

testWithTools("minio over TLS", ["minio", "openssl"], async (t) => {
  await using certificates = await makeCertificates(["IP:127.0.0.1"]);
  await using server = await startMinio({ certificates: certificates.folder });
  const open = (input: Record<string, string | true>, host = testHost()) =>
    openMinio(server, { input, host, config: { patience: IMPATIENT } });

  await t.step(
    "a certificate of an unknown authority is refused once, with a way out",
    async () => {
      const host = testHost();
      await using adapter = await open({}, host);
      const error = await failsWith("unavailable", /certificate is not trusted/, adapter.prepare());
      assert.match(error.hint ?? "", /--ca-file/);
      assert.equal(error.retryable, false);
      assert(!host.lines.some((line) => line.includes("trying again")));
    },
  );

  await t.step("--ca-file makes it trusted, for small objects and large ones", async () => {
    await using adapter = await open({ caFile: certificates.authority });
    await adapter.prepare();
    for (const size of [0, 1000, 2 * PART_SIZE + 1]) {
      const bytes = noise(size);
      await adapter.put("over tls", bytesSource(bytes));
      assert.deepEqual(await collect(await adapter.get("over tls")), bytes);
    }
  });

  await t.step("--insecure-skip-tls-verify trusts anything, and warns", async () => {
    const host = testHost();
    await using adapter = await open({ insecureSkipTlsVerify: true }, host);
    await adapter.prepare();
    assert.deepEqual(host.warnings, ["insecure-tls"]);
  });

  await t.step("a certificate for another name is refused, with another way out", async () => {
    const endpoint = server.url.replace("127.0.0.1", "localhost");
    await using adapter = await open({ endpoint, caFile: certificates.authority });
    const error = await failsWith("unavailable", /certificate is not trusted/, adapter.prepare());
    assert.match(error.hint ?? "", /a name that the certificate is for/);
  });

  await t.step("http spoken to a port that expects TLS says so", async () => {
    await using adapter = await open({ endpoint: server.url.replace("https", "http") });
    const error = await failsWith("target", /does not come from an S3 server/, adapter.prepare());
    assert.match(error.hint ?? "", /write https:\/\//);
  });

  await t.step("https spoken to a port without TLS says so", async () => {
    await using plain = await startMinio();
    await using adapter = await open({ endpoint: plain.url.replace("http", "https") });
    const error = await failsWith("unavailable", /does not speak TLS/, adapter.prepare());
    assert.match(error.hint ?? "", /Write "http:\/\//);
  });
});
