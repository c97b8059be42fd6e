import minio from "../../adapters/minio.ts";
import { testHost } from "../adapter_host.ts";
import { conformance } from "../conformance.ts";
import { startMinio } from "../minio_server.ts";
import { testWithTools } from "../require.ts";

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
