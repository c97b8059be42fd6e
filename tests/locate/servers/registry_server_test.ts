/** A web server is named in one place: all that speaks of web servers goes by the list of them. */
import { equal, match } from "node:assert/strict";
import { SERVERS } from "../../../locate/servers/mod.ts";
import type { ServerKind } from "../../../locate/servers/server.ts";
import { startDaemon } from "../../support/daemon.ts";
import { freePort, listens } from "../../support/ports.ts";
import { testWithTools } from "../../support/require.ts";

const folder = await Deno.makeTempDir({ prefix: "binimport-server-" });
const confPath = `${folder}/jar.conf`;

/** The small server of BusyBox, read by a reader of one's own. */
const jar: ServerKind = {
  name: "Jar",
  programs: ["busybox"],
  usual: ["/nowhere/jar.conf", confPath],
  async open({ view, argv, program }) {
    const place = { file: confPath, line: 1 };
    const root = new TextDecoder().decode(await view.read(confPath)).trim();
    equal(argv[1], "httpd");
    match(new TextDecoder().decode(program()), /BusyBox v1/);
    const trace = { steps: [], warnings: [] };
    return {
      confPath,
      user: "jar",
      resolve: ({ path }) => {
        const server = { ...place, names: ["jar"] };
        return Promise.resolve({ server, location: null, path: root + path, trace });
      },
    };
  },
};

// Before anything else is loaded, which this file's other imports do when they are called.
SERVERS.push(jar);

async function run(...args: readonly string[]) {
  const { runHere } = await import("../../support/cli/test_context.ts");
  return await runHere(args, {});
}

Deno.test("a web server of one's own: help", async () => {
  match((await run("locate", "--help")).stdout, /nginx, Apache httpd, [^]*Caddy or\s+Jar on/);
});

Deno.test("a web server of one's own: its usual path, where it does not run", async () => {
  await Deno.writeTextFile(confPath, folder);
  const url = `http://127.0.0.1:${freePort()}/`;
  const idle = new RegExp(`read only while it runs: .*Jar \\(${confPath}\\)`);
  match((await run("locate", "--url", url)).stderr, idle);
  const doctor = await run("doctor", "--url", url);
  match(doctor.stdout + doctor.stderr, idle);
  await Deno.remove(confPath);
  match((await run("locate", "--url", url)).stderr, /^(?!.*Jar)/s);
});

testWithTools("a web server of one's own: found by its port", ["busybox"], () => isFound([]));

// As a service of systemd with PrivateTmp=.
if (Deno.uid() === 0) {
  testWithTools(
    "a web server with mounts of its own",
    ["busybox", "unshare"],
    () => isFound(["unshare", "--mount"]),
  );
}

async function isFound(wrapper: readonly string[]) {
  const port = freePort();
  const [program, ...args] = [...wrapper, "busybox"] as const;
  await using _server = await startDaemon({
    argv: [program ?? "busybox", ...args, "httpd", "-f", "-p", `127.0.0.1:${port}`, "-h", folder],
  }, () => listens(port));
  await Deno.writeTextFile(confPath, folder);
  const url = `http://127.0.0.1:${port}/`;
  const located = await run("locate", "--url", url, "--json");
  const answer = JSON.parse(located.stdout);
  equal(answer.path, folder);
  match(located.stdout, new RegExp(`of the Jar that listens on port ${port}`));
  const doctor = await run("doctor", "--url", url);
  match(doctor.stdout, new RegExp(`${url} is read from ${folder}`));
  await Deno.writeTextFile(confPath, "\n/elsewhere");
  const broken = await run("doctor", "--url", url, "--root", folder);
  match(broken.stdout, /is read from \/elsewhere, not from/);
}

globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
