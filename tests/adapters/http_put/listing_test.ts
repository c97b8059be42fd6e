/** Listings of WebDAV servers, as no server of ours would write them. */
import fc from "../../support/property.ts";
import assert from "node:assert/strict";
import { clearTemporaries } from "../../../adapters/http_put/folders.ts";
import { openConnection } from "../../../adapters/http_put/requests.ts";
import httpPut from "../../../adapters/http_put/mod.ts";
import { plainHost } from "../../../core/storage/mod.ts";

const OLD = `1600000000000-${crypto.randomUUID()}`;
const FRESH = `${Date.now()}-${crypto.randomUUID()}`;

/** A server that lists whatever it is told to; gives the paths that are to be deleted. */
function listing(): AsyncDisposable & {
  deleted(xml: string): Promise<readonly string[]>;
} {
  let answer = "";
  const deleted: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "PROPFIND") return new Response(answer, { status: 207 });
    deleted.push(`${request.method} ${pathname}`);
    return new Response(null, { status: 204 });
  });
  const host = plainHost();
  const endpoint = new URL(`http://127.0.0.1:${server.addr.port}/files/`);
  const opened = openConnection({ ...httpPut.parse({ endpoint: endpoint.href }, host) }, host);
  return {
    async deleted(xml) {
      answer = xml;
      deleted.length = 0;
      const store = {
        connection: await opened,
        host,
        endpoint,
        folders: new Map(),
        telling: undefined,
        hasEtags: false,
        makesFolders: true,
        moves: false,
      };
      await clearTemporaries(store, {});
      return [...deleted];
    },
    async [Symbol.asyncDispose]() {
      (await opened).close();
      await server.shutdown();
    },
  };
}

function responses(...names: readonly string[]): string {
  const all = names.map((name) =>
    `<D:response><D:href>/files/.binimport/tmp/${name}</D:href></D:response>`
  );
  return `<D:multistatus xmlns:D="DAV:">${all.join("")}</D:multistatus>`;
}

Deno.test("only what was left a day ago is taken away", async () => {
  await using server = listing();
  assert.deepEqual(await server.deleted(responses("", OLD, FRESH, "other")), [
    `DELETE /files/.binimport/tmp/${OLD}`,
  ]);
});

Deno.test("fuzz: whatever a listing says, nothing but old temporaries is taken away", async () => {
  await using server = listing();
  const piece = fc.constantFrom(
    ...[OLD, FRESH, "../", "/", "..%2f", "%00", "?", "#", "//evil.example/", "\r\n", "kubelet"],
    ...["<D:href>", "</D:href>", "<href>", "<", "&lt;", "&#47;", "]]>", "<!--", "1600000000000-"],
  );
  const xml = fc.oneof(
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
    fc.array(piece, { maxLength: 6 }).map((pieces) => responses(pieces.join(""))),
    fc.string({ unit: "binary" }),
  );
  await fc.assert(
    fc.asyncProperty(xml, async (text) => {
      for (const one of await server.deleted(text)) {
        assert.match(one, /^DELETE \/files\/\.binimport\/tmp\/16\d{11}-[0-9a-f-]{36}$/);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("a listing without end, or of megabytes of tags, takes no time", async () => {
  await using server = listing();
  for (const text of ["<D:href>", `/${OLD}`, "/1600000000000-"]) {
    assert.deepEqual(await server.deleted(text.repeat(100_000)), []);
  }
});

Deno.test("a listing that is too long takes nothing away, and is no hindrance", async () => {
  await using server = listing();
  assert.deepEqual(await server.deleted(responses(OLD) + " ".repeat(16 * 2 ** 20)), []);
});
