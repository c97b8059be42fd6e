import assert from "node:assert/strict";
import { loadConfiguration } from "../../../../locate/servers/nginx/installation.ts";
import { answerFor, failsFor, MAIN, memoryView } from "../../../support/locate/configured.ts";

/** The root of the server that answers: each is named after what it is. */
async function rootFor(http: string, url: string): Promise<string> {
  return (await answerFor(http, `${url}x`)).containerPath.replace(/^\/(.*)\/x$/, "$1");
}

function servers(...all: readonly (readonly [root: string, directives: string])[]): string {
  return all.map(([root, directives]) => `server { ${directives} root /${root}; }`).join("\n");
}

const NAMED = servers(
  ["first", "listen 80; server_name _;"],
  ["exact", "listen 80; server_name a.example.com;"],
  ["suffix", "listen 80; server_name *.example.com;"],
  ["longer", "listen 80; server_name *.b.example.com;"],
  ["prefix", "listen 80; server_name www.*;"],
  ["regex", "listen 80; server_name ~^www\\d+\\.;"],
  ["later", "listen 80; server_name ~^www; server_name second.name;"],
  ["dotted", "listen 80; server_name .dot.org;"],
  ["upper", "listen 80; server_name UPPER.Case;"],
  ["duplicate", "listen 80; server_name a.example.com dot.org;"],
  ["address", "listen 80; server_name 192.0.2.7 [2001:db8::7];"],
);

const names: readonly [host: string, root: string][] = [
  ["a.example.com", "exact"],
  ["A.Example.COM", "exact"],
  ["a.example.com.", "exact"],
  ["x.example.com", "suffix"],
  ["x.y.example.com", "suffix"],
  ["x.b.example.com", "longer"],
  ["b.example.com", "suffix"],
  ["example.com", "first"],
  ["www.anything.at.all", "prefix"],
  ["www.example.com", "suffix"],
  ["www", "later"],
  ["www1.org", "regex"],
  ["wwwx.org", "later"],
  ["second.name", "later"],
  ["dot.org", "dotted"],
  ["x.dot.org", "dotted"],
  ["xdot.org", "first"],
  ["upper.case", "upper"],
  ["192.0.2.7", "address"],
  ["192.0.2.8", "first"],
  ["_", "first"],
];

for (const [host, root] of names) {
  Deno.test(`server_name: ${host} is for ${root}`, async () => {
    assert.equal(await rootFor(NAMED, `http://${host}/`), root);
  });
}

Deno.test("listen: HTTP/3 beside TLS on one port, as every page on QUIC has it", async () => {
  const http = servers(
    ["first", "listen 443 quic reuseport; listen 443 ssl; server_name a;"],
    ["second", "listen 443 quic; listen 443 ssl; server_name b;"],
  );
  assert.equal(await rootFor(http, "https://b/"), "second");
});

Deno.test("$hostname is the name of the host that nginx runs on", async () => {
  const http = servers(["first", "listen 80;"], ["own", "listen 80; server_name $hostname;"]);
  const view = memoryView({ [MAIN]: `events {} http { ${http} }` });
  const installation = { view, confPath: MAIN, prefix: "/", hostname: "Web1.Example" };
  const { servers: found } = await loadConfiguration(installation);
  assert.deepEqual(found.map(({ names }) => names), [[], ["web1.example"]]);
});

const SOCKETS = servers(
  ["all", "listen 80;"],
  ["marked", "listen *:80 default_server; server_name marked;"],
  ["one", "listen 192.0.2.1:80;"],
  ["one-named", "listen 192.0.2.1:80; server_name marked;"],
  ["loopback", "listen localhost:81;"],
  ["six", "listen [::]:80;"],
  ["six-one", "listen [2001:DB8:0::1]:80;"],
  ["range", "listen 8000-8010;"],
  ["both", "listen [::]:82 ipv6only=off;"],
  ["no-port", "listen 192.0.2.9;"],
  ["socket", "listen unix:/run/nginx.sock;"],
);

const sockets: readonly [url: string, root: string][] = [
  ["http://192.0.2.5/", "marked"],
  ["http://192.0.2.1/", "one"],
  ["http://[::1]/", "six"],
  ["http://[2001:db8::1]/", "six-one"],
  ["http://localhost:81/", "loopback"],
  ["http://127.0.0.1:81/", "loopback"],
  ["http://[::1]:81/", "loopback"],
  ["http://192.0.2.1:8005/", "range"],
  ["http://192.0.2.1:82/", "both"],
  ["http://[::1]:82/", "both"],
  ["http://192.0.2.9/", "no-port"],
  ["http://marked/", "marked"],
  ["http://any.name:8010/", "range"],
];

for (const [url, root] of sockets) {
  Deno.test(`listen: ${url} is for ${root}`, async () => {
    assert.equal(await rootFor(SOCKETS, url), root);
  });
}

Deno.test("a server without listen has port 80", async () => {
  assert.equal(await rootFor(servers(["only", ""]), "http://192.0.2.1/"), "only");
});

Deno.test("a socket of its own does not know the names declared on all addresses", async () => {
  const http = servers(["all", "listen 80; server_name a;"], ["one", "listen 192.0.2.1:80;"]);
  assert.equal(await rootFor(http, "http://192.0.2.1/"), "one");
  // The name may have any address; it is declared on one socket only.
  assert.equal(await rootFor(http, "http://a/"), "all");
});

Deno.test("a name that different sockets know is answered with a warning", async () => {
  const http = servers(
    ["one", "listen 192.0.2.1:80; server_name a;"],
    ["all", "listen 80; server_name a;"],
  );
  const { containerPath, warnings } = await answerFor(http, "http://a/x");
  assert.equal(containerPath, "/all/x");
  assert.deepEqual(warnings.map(({ code }) => code), ["several-servers"]);
});

Deno.test("nobody listens: the error tells who listens where", async () => {
  const http = "server {\n listen 8080;\n}\nserver { listen 127.0.0.1:81; }";
  await failsFor(
    "no-server",
    /nginx\.conf has no server on 192\.0\.2\.1:80; it listens on \*:8080 \(.*nginx\.conf:3\), 127\.0\.0\.1:81 \(.*:5\)$/,
    answerFor(http, "http://192.0.2.1/"),
  );
  await failsFor("no-server", /it has no server$/, answerFor("", "http://h/"));
  await failsFor(
    "no-server",
    /no server on \[::1\]:8080; it listens on \*:8080/,
    answerFor(http, "http://[::1]:8080/"),
  );
});

Deno.test("servers of stream, mail and upstream are none", async () => {
  const http = "upstream u { server 127.0.0.1:80; }\nserver { root /srv; }";
  assert.equal((await answerFor(http, "http://h/x")).server.line, 3);
});

Deno.test("TLS: the scheme of the URL must be the socket's", async () => {
  const http = servers(["tls", "listen 443 ssl;"], ["plain", "listen 80;"], [
    "tls2",
    "listen 443;",
  ]);
  assert.equal(await rootFor(http, "https://h/"), "tls");
  await failsFor("no-server", /does not speak TLS on \*:80/, answerFor(http, "https://h:80/"));
  await failsFor("no-server", /speaks TLS alone on \*:443/, answerFor(http, "http://h:443/"));
});

Deno.test("a socket behind a proxy is told", async () => {
  const { warnings } = await answerFor(servers(["a", "listen 80 proxy_protocol;"]), "http://h/x");
  assert.deepEqual(warnings.map(({ code }) => code), ["proxy-protocol"]);
});

Deno.test("groups of a server's name count in its root", async () => {
  const http = `
    server { listen 80; server_name "~^(?<site>[a-z]+)\\.example$"; root /sites/$site; }
    server { listen 80; server_name "~^(\\d+)\\.number$"; root /numbers/$1; }`;
  assert.equal((await answerFor(http, "http://shop.example/x")).containerPath, "/sites/shop/x");
  assert.equal((await answerFor(http, "http://42.number/x")).containerPath, "/numbers/42/x");
});

Deno.test("the answer names server and listen with their lines", async () => {
  const { server, steps } = await answerFor(
    "server {\n listen 80;\n server_name a *.b;\n root /srv;\n}",
    "http://a/x",
  );
  assert.deepEqual(server, { file: "/etc/nginx/nginx.conf", line: 2, names: ["a", "*.b"] });
  assert.deepEqual(steps.map(({ text, line }) => [text, line]), [
    ["nginx listens on *:80", 3],
    ["server a *.b", 2],
    ["no location matches, so the server itself answers", 2],
    ["root /srv", 5],
  ]);
});
