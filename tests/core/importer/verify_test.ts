import { deepEqual, equal, match } from "node:assert/strict";
import { createHash } from "node:crypto";
import { memoryAdapter } from "../../../adapters/memory.ts";
import { httpFetch } from "../../../core/http/client.ts";
import type { Fetch, FetchOptions } from "../../../core/http/fetch.ts";
import { importPackages } from "../../../core/importer/importer.ts";
import { type FileState, verifyFiles, type VerifyOptions } from "../../../core/importer/verify.ts";
import type { VerifyMode } from "../../../core/importer/verify_modes.ts";
import type { StorageAdapter } from "../../../core/storage/adapter.ts";
import { bytesSource } from "../../../core/storage/put_source.ts";
import type { BodyDigest } from "../../../core/util/digest.ts";
import { bytesOf, memoryPackage, tarGz } from "../../support/packages.ts";

const BODY = "0123456789";

/** How a server can answer for a file that should hold BODY. */
const answers: Readonly<Record<string, (request: Request) => Response>> = {
  good: () => new Response(BODY),
  moved: (request) => Response.redirect(new URL("/good", request.url), 302),
  circle: (request) => Response.redirect(request.url, 302),
  missing: () => new Response("no", { status: 404 }),
  private: () => new Response("no", { status: 403 }),
  broken: () => new Response("no", { status: 500 }),
  shorter: () => new Response(BODY.slice(1)),
  altered: () => new Response(BODY.replace("5", "x")),
  encoded: () => new Response(BODY, { headers: { "content-encoding": "x-gzip" } }),
  chunked: () => new Response(ReadableStream.from([bytesOf(BODY)])),
  headless: ({ method }) =>
    new Response(method === "HEAD" ? null : BODY, { status: method === "HEAD" ? 405 : 200 }),
  credentials: (request) =>
    new Response(request.headers.has("authorization") ? "yes" : BODY, { status: 200 }),
  compressing: (request) =>
    request.headers.get("accept-encoding") === "identity"
      ? new Response(BODY)
      : new Response("zipped", { headers: { "content-encoding": "gzip" } }),
};

async function served<T>(
  run: (base: URL) => Promise<T>,
  probes = /^\.binimport\/probe-/,
): Promise<T> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const key = new URL(request.url).pathname.slice(1);
    // A probe holds its own key, over and over.
    if (probes.test(key)) return new Response(`${key}\n`.repeat(64));
    return answers[key]?.(request) ?? new Response(null, { status: 404 });
  });
  try {
    return await run(new URL(`http://127.0.0.1:${server.addr.port}/`));
  } finally {
    await server.shutdown();
  }
}

function adapterAt(base: URL): StorageAdapter {
  return { ...memoryAdapter(), publicUrl: (key) => new URL(key, base) };
}

async function states(
  adapter: StorageAdapter,
  keys: readonly string[],
  mode: VerifyOptions["mode"],
): Promise<Record<string, FileState>> {
  const sha256 = createHash("sha256").update(BODY).digest("hex");
  const files = keys.map((key) => ({ key, size: BODY.length, sha256 }));
  const found: Record<string, FileState> = {};
  using fetch = httpFetch();
  await verifyFiles(adapter, files, { mode, fetch }, ({ key, state }) => found[key] = state);
  return found;
}

Deno.test("over the URL: every way in which a server can spoil a file", async () => {
  await served(async (base) => {
    deepEqual(await states(adapterAt(base), Object.keys(answers), "url"), {
      good: "ok",
      moved: "ok",
      circle: "unreadable",
      missing: "missing",
      private: "unreadable",
      broken: "unreadable",
      shorter: "different",
      altered: "different",
      encoded: "different",
      chunked: "ok",
      headless: "ok",
      credentials: "ok",
      compressing: "ok",
    });
  });
});

Deno.test("by HEAD: all of it but what only the bytes tell", async () => {
  await served(async (base) => {
    const found = await states(adapterAt(base), Object.keys(answers), "head");
    deepEqual([found["altered"], found["shorter"], found["private"], found["encoded"]], [
      "ok",
      "different",
      "unreadable",
      "different",
    ]);
    const whole = ["good", "moved", "chunked", "headless"];
    deepEqual(whole.map((key) => found[key]), ["ok", "ok", "ok", "ok"]);
  });
});

Deno.test("in the target: by its bytes", async () => {
  const adapter = memoryAdapter();
  await adapter.put("good", bytesSource(bytesOf(BODY)));
  await adapter.put("altered", bytesSource(bytesOf(BODY.replace("5", "x"))));
  deepEqual(await states(adapter, ["good", "altered", "absent"], "target"), {
    good: "ok",
    altered: "different",
    absent: "missing",
  });
});

Deno.test("a server that is not there makes files unreadable", async () => {
  const gone = await served((base) => Promise.resolve(base));
  deepEqual(await states(adapterAt(gone), ["good"], "head"), { good: "unreadable" });
});

/** Imports one file and proves it; gives why that failed, if it did. */
async function proofOf(key: string, verify: VerifyMode, base: URL): Promise<string | undefined> {
  using fetch = httpFetch();
  const { failures } = await importPackages(
    [memoryPackage(tarGz({ [key]: BODY }))],
    [adapterAt(base)],
    { packageOptions: { stripComponents: null, include: [], exclude: [] }, verify, fetch },
  );
  const error = failures[0]?.error;
  return error instanceof Error ? error.message : undefined;
}

Deno.test("import proves what it wrote over the URL", async () => {
  await served(async (base) => {
    equal(await proofOf("good", "auto", base), undefined);
    match(await proofOf("private", "auto", base) ?? "", /1 of 1 files .*\/private answers 403/);
    match(await proofOf("altered", "auto", base) ?? "", /has SHA-256 [0-9a-f]{64} instead of/);
    equal(await proofOf("altered", "target", base), undefined);
    equal(await proofOf("private", "off", base), undefined);
  });
});

Deno.test("import: a URL that shows another place is found out before anything is read", async () => {
  const importAt = async (base: URL) => {
    using fetch = httpFetch();
    let readings = 0;
    const one = memoryPackage(tarGz({ good: BODY }), { onRead: () => readings++ });
    const objects = new Map();
    const { failures } = await importPackages(
      [one],
      [{ ...memoryAdapter(objects), publicUrl: (key: string) => new URL(key, base) }],
      { packageOptions: { stripComponents: null, include: [], exclude: [] }, fetch },
    );
    const error = failures[0]?.error;
    const message = error instanceof Error ? error.message : undefined;
    return {
      readings,
      message,
      probes: [...objects.keys()].filter((key) => key.includes("probe")),
    };
  };

  const elsewhere = await served(importAt, /^never/);
  match(elsewhere.message ?? "", /Cannot reach memory: over its URL: .* answers 404/);
  deepEqual([elsewhere.readings, elsewhere.probes], [0, []]);

  const hidesDots = await served(importAt, /^binimport-probe-/);
  deepEqual(hidesDots, { readings: 1, message: undefined, probes: [] });
});

for (const [amount, mebibytes] of [["much", 8], ["little", 2]] as const) {
  Deno.test(`long bodies over the URL, ${amount} of them: as they are, altered, sent in an unusual way`, async () => {
    const body = crypto.getRandomValues(new Uint8Array(65_536)).toHex().repeat(8 * mebibytes);
    const altered = `${body.slice(0, -1)}-`;
    const bodies: Record<string, () => Response> = {
      "/good": () => new Response(body),
      "/altered": () => new Response(altered),
      "/short": () => new Response(body.slice(1)),
      "/chunked": () => new Response(ReadableStream.from([new TextEncoder().encode(body)])),
      "/moved": () => new Response(null, { status: 302, headers: { location: "/good" } }),
    };
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => bodies[new URL(request.url).pathname]?.() ?? new Response(null, { status: 404 }),
    );
    const sha256 = createHash("sha256").update(body).digest("hex");
    const keys = ["good", "altered", "short", "chunked", "moved", "missing"];
    const files = keys.map((key) => ({ key, size: body.length, sha256 }));
    using fetch = httpFetch();
    let inWorkers = 0;
    function digest(url: URL, signal?: AbortSignal): Promise<BodyDigest | undefined> {
      inWorkers++;
      return fetch.digest?.(url, signal) ?? Promise.resolve(undefined);
    }
    const counting: Fetch = Object.assign(
      (url: URL, options: FetchOptions) => fetch(url, options),
      { digest },
    );
    const found: Record<string, FileState> = {};
    const adapter = adapterAt(new URL(`http://127.0.0.1:${server.addr.port}/`));
    const options = { mode: "url", fetch: counting } as const;
    await verifyFiles(adapter, files, options, ({ key, state }) => found[key] = state);
    deepEqual(found, {
      good: "ok",
      altered: "different",
      short: "different",
      chunked: "ok",
      moved: "ok",
      missing: "missing",
    });
    equal(inWorkers, amount === "much" ? keys.length : 0);
  });
}
