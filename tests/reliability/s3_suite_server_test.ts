/**
 * Every real S3 server: import, verify, again, a newer package, two at once, shares, an upload that a
 * stopped run has left, and pruning.
 */
import assert from "node:assert/strict";
import minio from "../../adapters/minio/mod.ts";
import { QUIRKS } from "../../adapters/minio/quirks.ts";
import { httpFetch } from "../../core/http/mod.ts";
import { pruneTarget } from "../../core/importer/mod.ts";
import { verifyFiles } from "../../core/importer/verify.ts";
import { bytesSource, type StorageAdapter } from "../../core/storage/mod.ts";
import { sha256Of } from "../../core/util/digest.ts";
import { testHost } from "../support/adapter_host.ts";
import { failsWith } from "../support/fails_with.ts";
import { bytesOf, type Content } from "../support/packages.ts";
import { S3_PROGRAMS } from "../support/reliability/s3_servers.ts";
import { testWithTools } from "../support/require.ts";
import { FILES, importInto, LARGE } from "../support/s3_import.ts";

/** An upload is taken for a former run's by the server's clock, which tells whole seconds. */
const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1_100));

for (const { name, program, quirks, hasPolicies, start } of S3_PROGRAMS) {
  testWithTools(`${name} takes the whole suite`, [program], async (t) => {
    await using server = await start();
    const place = { url: server.url, user: server.user, password: server.password };
    const input = { anonymousDownload: hasPolicies ? "on" : "keep" };
    const options = { verify: hasPolicies ? "auto" : "target" } as const;
    const newer = { ...FILES, "dl.k8s.io/kubelet": "another" };
    const lines: string[] = [];

    const imported = async (
      files: Readonly<Record<string, Content>>,
      more: Parameters<typeof importInto>[3] = {},
    ) => {
      const result = await importInto(place, files, input, { ...options, ...more });
      lines.push(...result.lines);
      return result;
    };
    const open = async (): Promise<StorageAdapter> => {
      const host = testHost();
      const { url: endpoint, user: username, password } = place;
      const given = { endpoint, username, password, partSize: "5MiB", lockWait: "0s", ...input };
      return await minio.open(minio.parse(given, host), host);
    };

    if (!hasPolicies) {
      await t.step("a bucket that nobody can open is told", async () => {
        const host = testHost();
        const refused = importInto(place, FILES, {}, { host });
        await failsWith("unsupported", /knows no bucket policies/, refused);
        lines.push(...host.lines);
      });
    }

    await t.step("an import, once more, and a newer one", async () => {
      assert.equal((await imported(FILES)).written, 3);
      assert.equal((await imported(FILES)).unchanged, 3);
      assert.equal((await imported(newer)).written, 1);
    });

    await t.step("what is there is right", async () => {
      await using adapter = await open();
      const files = Object.entries(newer).map(([key, content]) => {
        const bytes = bytesOf(content);
        return { key, size: bytes.length, sha256: sha256Of(bytes) };
      });
      using fetch = httpFetch();
      const states: string[] = [];
      const tell = ({ state }: { readonly state: string }) => void states.push(state);
      await verifyFiles(adapter, files, { mode: "target", fetch }, tell);
      assert.deepEqual(states, ["ok", "ok", "ok"]);
    });

    await t.step("no two imports at once", async () => {
      await using adapter = await open();
      await adapter.prepare?.();
      await failsWith("locked", /another import holds it/, imported(newer));
    });

    await t.step("shares side by side", async () => {
      const files = { ...newer, "one": "1", "two": "2" };
      const shares = await Promise.all([1, 2].map((index) => {
        const shard = { index, count: 2 };
        const packageOptions = { stripComponents: null, include: [], exclude: [], shard };
        return imported(files, { packageOptions });
      }));
      assert.equal(shares.reduce((sum, { written }) => sum + written, 0), 2);
    });

    await t.step("an upload that a stopped run has left is gone on with", async () => {
      {
        await using stopped = await open();
        await stopped.stage?.("resumed.tar", bytesSource(LARGE));
        stopped.keepStaged?.();
      }
      await nextSecond();
      const resumed = await imported({ ...newer, "resumed.tar": LARGE });
      assert.equal(resumed.written, 1);
      assert.match(resumed.lines.join("\n"), /Going on with an upload of "resumed\.tar": 2 parts/);
    });

    await t.step("an upload that nobody goes on with is ended", async () => {
      {
        await using stopped = await open();
        await stopped.stage?.("left.tar", bytesSource(LARGE));
        stopped.keepStaged?.();
      }
      await nextSecond();
      await using adapter = await open();
      const clear = (dryRun: boolean) => adapter.clearStaged?.(["left.tar"], { dryRun });
      assert.deepEqual([await clear(true), await clear(false), await clear(true)], [1, 1, 0]);
    });

    await t.step("what no package holds any more is pruned", async () => {
      await using adapter = await open();
      const held = new Set(Object.keys(newer));
      for (const dryRun of [true, false]) {
        const gone: string[] = [];
        await pruneTarget(adapter, { held, dryRun }, ({ key, action }) => {
          gone.push(`${action} ${key}`);
        });
        const action = dryRun ? "would-remove" : "removed";
        assert.deepEqual(
          gone.sort(),
          ["one", "resumed.tar", "two"].map((key) => `${action} ${key}`),
        );
      }
      const left = await Array.fromAsync(adapter.list?.("") ?? [], ({ key }) => key);
      const files = left.filter((key) => !key.startsWith(".binimport/"));
      assert.deepEqual(files.sort(), [...held].sort());
      await adapter[Symbol.asyncDispose]();
      assert.equal((await imported(newer)).unchanged, 3);
    });

    await t.step("it lacks just what the table says", () => {
      const met = Object.entries(QUIRKS)
        .filter(([, { says }]) => lines.some((line) => line.includes(says)));
      assert.deepEqual(met.map(([quirk]) => quirk).sort(), [...quirks].sort());
    });
  });
}
