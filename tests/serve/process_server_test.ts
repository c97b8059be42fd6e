import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { makeCertificates } from "../support/certificates.ts";
import { makeRelease } from "../support/e2e/packages.ts";
import { binimport } from "../support/e2e/run.ts";
import { testWithTools } from "../support/require.ts";
import { run } from "../support/run.ts";
import { startServing } from "../support/serve/process.ts";
import { type WebRoot, webRoot } from "../support/web_root.ts";

/** A folder with a file of this length in it. */
function folderWith(size: number): WebRoot {
  const root = webRoot();
  Deno.writeFileSync(`${root.path}/big`, new Uint8Array(size).fill(97));
  return root;
}

for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`serve: ${signal} finishes the answers under way, and takes no more`, async () => {
    using root = folderWith(64_000_000);
    await using server = await startServing(root.path);
    const answer = await fetch(`${server.origin}/big`); // more than the sockets buffer
    await (await fetch(`${server.origin}/big`, { method: "HEAD" })).body?.cancel();
    const stopped = server.stop(signal);
    while (await accepts(server.origin)) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal((await answer.arrayBuffer()).byteLength, 64_000_000);
    const ended = await stopped;
    assert.equal(ended.status, status, ended.stderr);
    assert.match(ended.stdout, /"GET \/big" 200 64000000 "-" "[^"]+" [\d.]+\n/);
    assert.match(ended.stderr, /\nStopping after requests in progress\n$/);
  });
}

function accepts(origin: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(origin).port), "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

Deno.test("serve: a second signal does not wait", async () => {
  using root = folderWith(64_000_000);
  await using server = await startServing(root.path);
  const answer = await fetch(`${server.origin}/big`);
  const stopped = server.stop("SIGTERM");
  while (await accepts(server.origin)) await new Promise((resolve) => setTimeout(resolve, 10));
  Deno.kill(server.pid, "SIGTERM");
  assert.equal((await stopped).status, 143);
  await assert.rejects(answer.arrayBuffer());
});

Deno.test("serve: what cannot be served, and where it cannot listen", async (t) => {
  using root = folderWith(1);
  await using server = await startServing(root.path);
  const cases: [string, string[], number, RegExp][] = [
    [
      "a port in use",
      ["--listen", new URL(server.origin).host],
      4,
      /: another program listens there\n {2}.*ss -ltnp/,
    ],
    [
      "an address of another host",
      ["--listen", "192.0.2.1:8080"],
      4,
      /this host has no such address/,
    ],
    ["no port", ["--listen", "localhost"], 2, /it is no ADDR:PORT/],
    ["a certificate without its key", ["--tls-cert", "x"], 2, /--tls-key is missing/],
  ];
  for (const [what, args, status, message] of cases) {
    await t.step(what, async () => {
      const ended = await binimport(["serve", root.path, ...args]);
      assert.equal(ended.status, status, ended.stderr);
      assert.match(ended.stderr, message);
      assert.doesNotMatch(ended.stderr, /^ +at /m);
    });
  }
  const unfit: readonly (readonly [string, RegExp])[] = [
    ["none", /^error: Cannot serve ".*": no such folder\n {2}Import into it first/],
    ["big", /^error: Cannot serve ".*": it is no folder\n {2}Give the folder that holds it/],
  ];
  for (const [name, message] of unfit) {
    const ended = await binimport(["serve", `${root.path}/${name}`, "--listen", "127.0.0.1:0"]);
    assert.equal(ended.status, 4);
    assert.match(ended.stderr, message);
  }
});

testWithTools("serve: over HTTPS, with the certificate given", ["openssl", "curl"], async () => {
  using root = folderWith(10);
  await using pair = await makeCertificates(["IP:127.0.0.1"]);
  await using other = await makeCertificates(["IP:127.0.0.1"]);
  const tls = (key: string) => ["--tls-cert", `${pair.folder}/public.crt`, "--tls-key", key];
  await using server = await startServing(root.path, tls(`${pair.folder}/private.key`));
  const args = ["-fsS", "--cacert", pair.authority, `${server.origin}/big`];
  assert.equal(new TextDecoder().decode(await run("curl", args)), "a".repeat(10));
  const wrong = await binimport(["serve", root.path, ...tls(`${other.folder}/private.key`)]);
  assert.equal(wrong.status, 2);
  assert.match(
    wrong.stderr,
    /^error: Cannot use the certificate .*: it does not belong to the key/,
  );
});

Deno.test("serve: --json gives one event a line", async () => {
  using root = folderWith(10);
  await using server = await startServing(root.path, ["--json"]);
  await (await fetch(`${server.origin}/none`)).body?.cancel();
  const { stdout, stderr } = await server.stop("SIGTERM");
  const [listening, request, ...more] = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(listening, {
    event: "listening",
    root: await Deno.realPath(root.path),
    urls: [`${server.origin}/`],
  });
  assert.equal(`${request.event} ${request.path} ${request.status}`, "request /none 404");
  assert.deepEqual(more, []);
  assert.match(stderr, /^Stopping/);
});

testWithTools("serve: shows an import that is made while it serves", ["tar"], async () => {
  await using release = await makeRelease();
  using root = webRoot();
  await using server = await startServing(root.path);
  const page = async () => await (await fetch(server.origin)).text();
  assert.match(await page(), /no record of an import/);
  const into = ["--root", root.path, "--url", `${server.origin}/`];
  const { status, stderr } = await binimport(["import", release.componentTools, ...into]);
  assert.equal(status, 0, stderr);
  while (/no record of an import|" data-checking>/.test(await page())) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const shown = await page();
  assert.match(shown, /tool-1\.sh/);
  assert.match(shown, /verified/);
  assert.doesNotMatch(shown, /not imported|differs/);
});

/** Root may read everything; without capabilities it is like anybody else. */
const unprivileged = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];

Deno.test("serve: what its user may not read spoils nothing else", async () => {
  using root = folderWith(10);
  await Deno.writeTextFile(`${root.path}/closed`, "closed", { mode: 0 });
  await Deno.mkdir(`${root.path}/lost+found`, { mode: 0 });
  await using server = await startServing(root.path, [], unprivileged);
  const status = async (path: string) => {
    const answer = await fetch(`${server.origin}${path}`);
    await answer.body?.cancel();
    return answer.status;
  };
  assert.equal(await status("/big"), 200);
  assert.equal(await status("/closed"), 403);
  assert.equal(await status("/lost+found/file"), 403);
  assert.match(await (await fetch(server.origin)).text(), /href="\/closed"[\s\S]*not imported/);
  assert.doesNotMatch((await server.stop("SIGTERM")).stderr, /warning|error/);
});

/** With what the kernel buffers for each, half of what it gives all of TCP on a small machine. */
const CONNECTIONS = 1000;

Deno.test(`serve: ${CONNECTIONS} clients that take their time, in memory for a part of what they asked for`, async () => {
  using root = folderWith(2_000_000);
  await using server = await startServing(root.path);
  const port = Number(new URL(server.origin).port);
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => slowClient(port)));
  try {
    assert.equal((await fetch(`${server.origin}/big`)).headers.get("content-length"), "2000000");
    // 2 MB for each of them would be 2 GB.
    assert(residentBytes(server.pid) < 400e6, `${residentBytes(server.pid)} bytes resident`);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

/** Asks for the file, takes the first bytes of the answer, and reads no further. */
function slowClient(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write("GET /big HTTP/1.1\r\nhost: h\r\n\r\n");
    });
    socket.once("data", () => {
      socket.pause();
      resolve(socket);
    });
    socket.on("error", reject);
  });
}

function residentBytes(pid: number): number {
  const [, pages = "0"] = Deno.readTextFileSync(`/proc/${pid}/statm`).split(" ");
  return Number(pages) * 4096;
}
