/** What `nginx -T` printed, as it arrives: with other lines, CRLF, several, cut off. */
import assert from "node:assert/strict";
import { toBytes } from "../../../../locate/bytes.ts";
import { parseDump } from "../../../../locate/servers/nginx/dump.ts";
import { loadConfiguration } from "../../../../locate/servers/nginx/installation.ts";
import { failsWith } from "../../../support/fails_with.ts";

const MAIN =
  "# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {\n  include d/*.conf;\n}\n\n";
const PART = "# configuration file /etc/nginx/d/a.conf:\nserver {\n  root /srv/files;\n}\n\n";

function dumpOf(text: string) {
  return parseDump(new TextEncoder().encode(text));
}

/** The root of the one server in it, and its line. */
async function rootIn(text: string): Promise<string | undefined> {
  const dump = dumpOf(text);
  if (dump === undefined) return undefined;
  const { servers: [server] } = await loadConfiguration({ prefix: "/", ...dump });
  const root = server?.directive.block?.find(({ name }) => name === "root");
  return `${toBytes(root?.args[0] ?? "")} ${root?.line}`;
}

const before: readonly string[] = [
  "",
  "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n",
  "angie: the configuration file /etc/angie/angie.conf syntax is ok\n",
  "/docker-entrypoint.sh: Configuration complete; ready for start up\n",
  'Defaulted container "nginx" out of: nginx, istio-proxy\n',
  '2026/11/30 07:00:00 [warn] 31#31: conflicting server name "a" on 0.0.0.0:80, ignored\n',
  "$ sudo nginx -T\n",
  "\ufeff",
];

for (const lines of before) {
  Deno.test(`a dump behind ${JSON.stringify(lines.slice(0, 40))}`, async () => {
    assert.equal(await rootIn(lines + MAIN + PART), "/srv/files 2");
  });
}

const LATE = "nginx: configuration file /etc/nginx/nginx.conf test is successful\n";
const printed: readonly [title: string, text: string][] = [
  ["with CRLF", (MAIN + PART).replaceAll("\n", "\r\n")],
  ["with what is logged between its lines", MAIN + PART.replace("server {\n", `server {\n${LATE}`)],
  ["with what is logged behind it", MAIN + PART + LATE],
  ["with what a client says behind it", `${MAIN}${PART}command terminated with exit code 0\n`],
  ["with a prompt behind it", `${MAIN}${PART}root@web:/# `],
  ["twice", MAIN + PART + MAIN + PART],
  ["with a margin, as in a page or an issue", (MAIN + PART).replace(/^/gm, "    ")],
  ["with the name of its container before each line", (MAIN + PART).replace(/^/gm, "web-1  | ")],
];

for (const [title, text] of printed) {
  Deno.test(`a dump ${title}`, async () => assert.equal(await rootIn(text), "/srv/files 2"));
}

Deno.test("a dump in UTF-16, as a console of Windows saves it", async () => {
  const utf16 = Uint16Array.from(`\ufeff${MAIN}${PART}`, (char) => char.charCodeAt(0));
  const dump = parseDump(new Uint8Array(utf16.buffer));
  assert.ok(dump);
  assert.equal((await loadConfiguration({ prefix: "/", ...dump })).servers.length, 1);
});

Deno.test("what nginx was built with is taken from what -V prints", () => {
  const V = "nginx version: nginx/1.22.1\nconfigure arguments: --prefix=/opt/ngx --with-threads\n";
  assert.equal(dumpOf(V + MAIN + PART)?.build?.prefix, "/opt/ngx");
  assert.equal(dumpOf(MAIN + PART)?.build, undefined);
});

for (
  const cut of [
    MAIN.slice(0, -4),
    MAIN + PART.slice(0, -4),
    MAIN + PART.slice(0, -15),
    `${MAIN}${PART}# configuration file /etc/nginx/d/b.conf:\nserver { }\nserve`,
  ]
) {
  Deno.test(`a dump that is cut off behind ${JSON.stringify(cut.slice(-20))}`, async () => {
    await failsWith("nginx-conf", /cut off in "\/etc\/nginx\//, () => rootIn(cut));
  });
}

Deno.test("what nginx said instead of a dump is told", async () => {
  const said = '[emerg] unknown directive "rooot" in /etc/nginx/nginx.conf:3';
  const failed = "nginx: configuration file /etc/nginx/nginx.conf test failed";
  await failsWith(
    "nginx-conf",
    new RegExp(`nginx refused it: ${RegExp.escape(said)}$`),
    () => rootIn(`nginx: ${said}\n${failed}\n`),
  );
});

Deno.test("dumps that differ are told", async () => {
  await failsWith(
    "nginx-conf",
    /there are 2, and they differ/,
    () => rootIn(MAIN + PART + MAIN + PART.replace("files", "other")),
  );
});

Deno.test("a configuration that only mentions such a line is none", () => {
  assert.equal(dumpOf(`user nginx;\n${MAIN}`), undefined);
  assert.equal(dumpOf("http {\n}\n"), undefined);
});
