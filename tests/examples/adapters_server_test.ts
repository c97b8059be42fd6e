/** The adapters in examples/: each conforms, loaded as a user's plug-in would be. */
import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import type { AdapterInput, StorageAdapter } from "../../core/storage/adapter.ts";
import { conformanceCases } from "../../core/storage/conformance/mod.ts";
import { plainHost } from "../../core/storage/host.ts";
import { loadUnguarded } from "../../core/storage/plugins/load.ts";
import { bytesSource, collect } from "../../core/storage/put_source.ts";
import { runHere } from "../support/cli/test_context.ts";
import { conformance } from "../support/conformance.ts";
import { failsWith } from "../support/fails_with.ts";
import { testWithTools } from "../support/require.ts";
import { startSshd } from "../support/sshd.ts";
import { text } from "../support/web_root.ts";

const FOLDER = fileURLToPath(new URL("../../examples/adapters/", import.meta.url));
const host = plainHost();

async function open(name: string, input: AdapterInput): Promise<StorageAdapter> {
  const factory = await loadUnguarded(name, FOLDER);
  const { parse, open } = factory;
  return await open(parse(input, host), host);
}

Deno.test("examples/adapters/folder.ts is what adapter new writes", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await runHere(["adapter", "new", `${folder}/folder.ts`]);
    const written = await Deno.readTextFile(`${folder}/folder.ts`);
    assert.equal(await Deno.readTextFile(`${FOLDER}folder.ts`), written);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("examples/adapters/encrypted.ts conforms, and what it keeps cannot be read", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "binimport-example-" });
  const key = btoa("0123456789abcdef0123456789abcdef");
  try {
    const input = { folder, key };
    await conformance(t, { open: () => open("encrypted.ts", input), secrets: [key] }, [
      /of a part/,
      /^publicUrl/,
    ]);
    await using adapter = await open("encrypted.ts", input);
    await adapter.prepare?.();
    await adapter.put("secret", text("what nobody is to read"));
    const stored = await Deno.readFile(`${folder}/secret`);
    assert(!new TextDecoder("latin1").decode(stored).includes("nobody"));
    stored[20] = (stored[20] ?? 0) ^ 1;
    await Deno.writeFile(`${folder}/secret`, stored);
    await failsWith("integrity", /"secret": wrong key, or it was changed$/, async () => {
      for await (const _ of await adapter.get("secret"));
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Each call runs two programs and goes over ssh: all cases take five minutes. */
const CHOSEN = new RegExp([
  "^target",
  "prepare may be repeated",
  "adapter reads what another",
  "put: round trip of (0|513) bytes",
  "put: overwrite",
  "put: a source that fails",
  "put: keys (in unicode|with quotes|with control|with a component|that begin|that are none)",
  "nothing is found",
  "remove",
  "put: an abort while",
  "put: readers see the old object while",
].join("|"));

testWithTools(
  "examples/adapters/rsync.ts conforms over a real sshd",
  ["sshd", "ssh", "ssh-keygen", "rsync"],
  async (t) => {
    await using server = await startSshd();
    const input = {
      destination: `${userInfo().username}@127.0.0.1:${server.folder}/a place`,
      sshPort: `${server.port}`,
      identity: server.identity,
      knownHosts: server.knownHosts,
    };
    const context = { open: () => open("rsync.ts", input), secrets: ["hush"] };
    for (const { name, run } of conformanceCases.filter(({ name }) => CHOSEN.test(name))) {
      await t.step(name, () => run(context));
    }
    await using adapter = await open("rsync.ts", input);
    await adapter.prepare?.();
    await adapter.put("it's $(here)/x", bytesSource(new Uint8Array([1, 2, 3])));
    assert.deepEqual(
      await Deno.readFile(`${server.folder}/a place/it's $(here)/x`),
      new Uint8Array([1, 2, 3]),
    );
    const back = await collect(await adapter.get("it's $(here)/x"), 3);
    assert.deepEqual(back, new Uint8Array([1, 2, 3]));
    const { mode } = await Deno.stat(`${server.folder}/a place/it's $(here)/x`);
    assert.equal((mode ?? 0) & 0o777, 0o644);
    await failsWith(
      "unauthorized",
      /^Cannot run ssh: .*Permission denied/,
      async () => {
        await using other = await open("rsync.ts", {
          ...input,
          identity: server.stranger,
        });
        await other.prepare?.();
      },
    );
  },
);
