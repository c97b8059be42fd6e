import assert from "node:assert/strict";
import { readCertificates } from "../../../core/http/mod.ts";
import {
  readBounded,
  readBoundedText,
  readNamed,
  readNamedText,
  SMALL,
} from "../../../core/util/bounded_read.ts";
import { readTlsIdentity } from "../../../serve/tls.ts";

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    await Promise.resolve();
    yield new Uint8Array(1000);
  }
}

Deno.test("a body is read whole, from memory that is used again", async () => {
  async function* body() {
    const chunk = new Uint8Array(1);
    for (const byte of [104, 105]) {
      await Promise.resolve();
      chunk[0] = byte;
      yield chunk;
    }
  }
  assert.equal(await readBoundedText(body()), "hi");
});

Deno.test("a body without end is left at the limit", async () => {
  await assert.rejects(readBounded(endless(), { limit: 5000 }), /more than 5000 bytes/);
});

Deno.test("a body that never goes on is left at the deadline", async () => {
  const silent = new ReadableStream<Uint8Array>();
  const keptAlive = setInterval(() => {}, 1000);
  await assert.rejects(readBounded(silent, { deadline: 1 }), /no end of it came within/);
  clearInterval(keptAlive);
});

Deno.test("an abort ends the reading with its own reason", async () => {
  const reason = new Error("stopped");
  await assert.rejects(readBounded(endless(), { signal: AbortSignal.abort(reason) }), reason);
});

Deno.test("a file that is named may be a pipe", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
    const read = readNamedText(`${folder}/pipe`);
    await Deno.writeTextFile(`${folder}/pipe`, "hi", { create: false });
    assert.equal(await read, "hi");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a pipe that nobody writes into is left when the user stops", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
    const controller = new AbortController();
    const reason = new Error("stopped");
    const read = readNamed(`${folder}/pipe`, { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(read, reason);
    await Deno.writeTextFile(`${folder}/pipe`, ""); // lets the one who opens it go
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const named: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  "a file": readNamed,
  "--ca-file": readCertificates,
  "--tls-cert": (file) => readTlsIdentity(file, "/dev/null"),
  "--tls-key": (file) => readTlsIdentity("/dev/null", file),
};

for (const [what, read] of Object.entries(named)) {
  Deno.test(`${what} without end is left at the limit`, async () => {
    await assert.rejects(read("/dev/zero"), new RegExp(`it has more than ${SMALL} bytes`));
  });
}
