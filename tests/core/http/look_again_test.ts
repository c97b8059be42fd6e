/** A server that stumbles is looked at once more, by the probe and by the proof. */
import { deepEqual, equal } from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { memoryAdapter } from "../../../adapters/memory.ts";
import { httpFetch } from "../../../core/http/client.ts";
import { importPackages } from "../../../core/importer/importer.ts";
import { collect } from "../../support/chunks.ts";
import { memoryPackage, tarGz } from "../../support/packages.ts";

/** How the first request for a path fails. */
const STUMBLES: Readonly<Record<string, (body: Uint8Array) => RequestListener>> = {
  "with 503": () => (_, response) => void response.writeHead(503).end(),
  "before it answers": () => ({ socket }) => void socket.destroy(),
  "in the middle of the body": (body) => (_, response) => {
    response.writeHead(200, { "content-length": body.length });
    response.write(body.subarray(0, 5), () => setTimeout(() => response.destroy(), 50));
  },
};

for (const [how, stumble] of Object.entries(STUMBLES)) {
  Deno.test(`a server that fails once ${how} is asked again`, async () => {
    const adapter = memoryAdapter();
    const asked = new Map<string, number>();
    const server = createServer(async (request, response) => {
      const path = request.url ?? "";
      asked.set(path, (asked.get(path) ?? 0) + 1);
      const body = await collect(await adapter.get(path.slice(1)));
      if (asked.get(path) === 1) stumble(body)(request, response);
      else response.writeHead(200, { "content-length": body.length }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const publicUrl = (key: string) => new URL(`http://127.0.0.1:${port}/${key}`);
    using fetch = httpFetch();
    const { failures } = await importPackages(
      [memoryPackage(tarGz({ file: "0123456789" }))],
      [{ ...adapter, publicUrl }],
      {
        packageOptions: { stripComponents: null, include: [], exclude: [] },
        verify: "url",
        fetch,
      },
    );
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    deepEqual(failures, []);
    equal(asked.size, 2, "the probe and the file");
    deepEqual([...asked.values()], [2, 2]);
  });
}
