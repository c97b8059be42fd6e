/** Every real S3 server: import, verify, again, a newer package, two at once, and shares. */
import assert from "node:assert/strict";
import minio from "../../adapters/minio/mod.ts";
import { QUIRKS } from "../../adapters/minio/quirks.ts";
import { httpFetch } from "../../core/http/mod.ts";
import { verifyFiles } from "../../core/importer/verify.ts";
import { sha256Of } from "../../core/util/digest.ts";
import { testHost } from "../support/adapter_host.ts";
import { failsWith } from "../support/fails_with.ts";
import { bytesOf } from "../support/packages.ts";
import { S3_PROGRAMS } from "../support/reliability/s3_servers.ts";
import { testWithTools } from "../support/require.ts";
import { FILES, importInto } from "../support/s3_import.ts";

for (const { name, program, quirks, hasPolicies, start } of S3_PROGRAMS) {
  testWithTools(
    `${name} takes imports, and is found to lack just what it does`,
    [program],
    async () => {
      await using server = await start();
      const place = { url: server.url, user: server.user, password: server.password };
      const input = { anonymousDownload: hasPolicies ? "on" : "keep" };
      const options = { verify: hasPolicies ? "auto" : "off" } as const;
      const told = testHost();
      if (!hasPolicies) {
        const refused = importInto(place, FILES, {}, { host: told });
        await failsWith("unsupported", /knows no bucket policies/, refused);
      }
      const first = await importInto(place, FILES, input, options);
      assert.equal(first.written, 3);
      assert.equal((await importInto(place, FILES, input, options)).unchanged, 3);
      const newer = { ...FILES, "dl.k8s.io/kubelet": "another" };
      assert.equal((await importInto(place, newer, input, options)).written, 1);

      const host = testHost();
      const given = {
        endpoint: place.url,
        username: place.user,
        password: place.password,
        ...input,
      };
      await using adapter = await minio.open(minio.parse({ ...given, lockWait: "0s" }, host), host);
      const files = Object.entries(newer).map(([key, content]) => {
        const bytes = bytesOf(content);
        return { key, size: bytes.length, sha256: sha256Of(bytes) };
      });
      using fetch = httpFetch();
      const states: string[] = [];
      await verifyFiles(
        adapter,
        files,
        { mode: "target", fetch },
        ({ state }) => states.push(state),
      );
      assert.deepEqual(states, ["ok", "ok", "ok"]);

      await adapter.prepare?.();
      await failsWith(
        "locked",
        /another import holds it/,
        importInto(place, newer, input, options),
      );
      await adapter[Symbol.asyncDispose]();
      const shares = await Promise.all(
        [1, 2].map((index) =>
          importInto(place, { ...newer, "one": "1", "two": "2" }, input, {
            ...options,
            packageOptions: {
              stripComponents: null,
              include: [],
              exclude: [],
              shard: { index, count: 2 },
            },
          })
        ),
      );
      assert.equal(
        shares.reduce((sum, { written }) => sum + written, 0),
        2,
      );

      const lines = [...told.lines, ...first.lines, ...host.lines].join("\n");
      const met = Object.entries(QUIRKS).filter(([, { says }]) => lines.includes(says));
      assert.deepEqual(met.map(([quirk]) => quirk).sort(), [...quirks].sort());
    },
  );
}
