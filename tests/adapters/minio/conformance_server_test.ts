import minio from "../../../adapters/minio/mod.ts";
import { testHost } from "../../support/adapter_host.ts";
import { conformance } from "../../support/conformance.ts";
import { startMinio } from "../../support/minio_server.ts";
import { testWithTools } from "../../support/require.ts";

testWithTools("minio conforms", ["minio", "mc"], async (t) => {
  await using server = await startMinio();
  const host = testHost();
  const config = minio.parse({
    endpoint: `${server.url}/kubean/pre/fix`,
    username: server.user,
    password: server.password,
    partSize: "5MiB",
  }, host);
  await conformance(t, {
    open: () => minio.open(config, host),
    partSize: config.partSize,
    secrets: [server.password, server.user],
  });
});
