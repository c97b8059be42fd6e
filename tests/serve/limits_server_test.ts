/** `serve` under clients that mean no good, and files that somebody changes meanwhile. */
import assert from "node:assert/strict";
import { openForeignFile, UnfitFile } from "../../core/util/foreign_file.ts";
import { startServing } from "../support/serve/process.ts";
import { ask, startSite } from "../support/serve/site.ts";

/** Opens a connection and sends a head without an end. */
async function unfinished(port: number): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode("GET /f HTTP/1.1\r\nHost: a\r\n")).catch(
    () => {},
  );
  return connection;
}

Deno.test("serve: more connections than it has files for do not end it", async () => {
  const root = await Deno.makeTempDir();
  await Deno.writeTextFile(`${root}/f`, "fine");
  const shell = ["sh", "-c", 'ulimit -n 160; exec "$@"', "sh"];
  await using server = await startServing(root, [], shell);
  const port = Number(new URL(server.origin).port);
  const connections: Deno.TcpConn[] = [];
  // All come at once for a server that was busy: accept(2) itself runs out of files.
  Deno.kill(server.pid, "SIGSTOP");
  for (let i = 0; i < 400; i++) connections.push(await unfinished(port));
  Deno.kill(server.pid, "SIGCONT");
  const buffer = new Uint8Array(64);
  const last = connections.at(-1);
  const length = await last?.read(buffer).catch(() => null) ?? 0;
  const said = new TextDecoder().decode(buffer.subarray(0, length));
  assert.ok(said === "" || said.startsWith("HTTP/1.1 503 "), said);
  for (const connection of connections) connection.close();
  const answered = async () => {
    try {
      return await (await fetch(`${server.origin}/f`)).text();
    } catch {
      return undefined; // those connections are not all closed yet
    }
  };
  let text = await answered();
  while (text !== "fine") text = await answered();
  const { status } = await server.stop("SIGTERM");
  assert.equal(status, 143);
  await Deno.remove(root, { recursive: true });
});

Deno.test("serve: a client that asks ahead of its answers has one file open", async () => {
  const root = await Deno.makeTempDir();
  const file = `${await Deno.realPath(root)}/f`;
  await Deno.writeFile(file, new Uint8Array(64 * 1024 * 1024)); // more than a socket takes
  await Deno.writeTextFile(`${root}/small`, "fine");
  await using server = await startServing(root);
  const port = Number(new URL(server.origin).port);
  using ahead = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = new TextEncoder().encode("GET /f HTTP/1.1\r\nHost: a\r\n\r\n".repeat(30));
  await ahead.write(request);
  await ahead.read(new Uint8Array(64)); // the first answer has begun, and goes no further
  assert.equal(await (await fetch(`${server.origin}/small`)).text(), "fine");
  const open = [...Deno.readDirSync(`/proc/${server.pid}/fd`)].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/${server.pid}/fd/${name}`) === file;
    } catch {
      return false; // closed meanwhile
    }
  });
  // One for the answer; the look at all files for the page may have another one open for a moment.
  assert(open.length === 1 || open.length === 2, `${open.length} of 30`);
  // Whoever is much further ahead than anybody needs is let go.
  using greedy = await Deno.connect({ hostname: "127.0.0.1", port });
  const buffer = new Uint8Array(1 << 20);
  const isOver = () =>
    greedy.write(request).then(() => greedy.read(buffer)).then((read) => read === null, () => true);
  while (!await isOver());
  await Deno.remove(root, { recursive: true });
});

Deno.test("serve: a date that no header can have is left out", async () => {
  await using site = await startSite({ old: "x", far: "x" });
  await Deno.utime(`${site.root.path}/old`, -3_000_000_000, -3_000_000_000);
  await Deno.utime(`${site.root.path}/far`, 4_000_000_000, 4_000_000_000);
  const old = await ask(site.origin, "/old");
  assert.deepEqual([old.status, old.headers.get("last-modified")], [200, null]);
  const far = await ask(site.origin, "/far");
  assert.match(far.headers.get("last-modified") ?? "", / 2096 /);
  assert.equal((await ask(site.origin, "/")).status, 200);
});

Deno.test("serve: what was swapped between the look and the opening is not served", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${folder}/in/d`, { recursive: true });
  await Deno.writeTextFile(`${folder}/in/d/f`, "harmless");
  await Deno.mkdir(`${folder}/out`);
  await Deno.writeTextFile(`${folder}/out/f`, "secret");
  const path = `${folder}/in/d/f`;
  openForeignFile(path, { follow: false, inside: path }).close();
  await Deno.rename(`${folder}/in/d`, `${folder}/in/old`);
  await Deno.symlink("../out", `${folder}/in/d`); // not the file, but a folder above it
  assert.throws(() => openForeignFile(path, { follow: false, inside: path }), UnfitFile);
  await Deno.remove(folder, { recursive: true });
});
