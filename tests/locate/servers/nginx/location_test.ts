import assert from "node:assert/strict";
import { decodeUri } from "../../../../locate/result.ts";
import { answerFor, failsFor, pathFor, server } from "../../../support/locate/configured.ts";

const uris: readonly [sent: string, merged: string | undefined, plain?: string][] = [
  ["/", "/"],
  ["/a%20b%2Fc", "/a b/c"],
  ["/a//b///", "/a/b/", "/a//b///"],
  ["/a/./b/.", "/a/b/"],
  ["/a/../b", "/b"],
  ["/a/b/..", "/a/"],
  ["/a%2f..%2fb", "/b"],
  ["/a/%2e%2e/b", "/b"],
  ["/..", undefined],
  ["/a/../../b", undefined],
  ["/a//../b", "/b", "/a/b"],
  ["/.../..a/.b", "/.../..a/.b"],
  ["/%25%23%3f", "/%#?"],
  ["/%c3%a4", "/\xc3\xa4"],
  ["/%00", undefined],
  ["/%", undefined],
  ["/%2", undefined],
  ["/%zz", undefined],
  ["/a+b", "/a+b"],
];

for (const [sent, merged, plain = merged] of uris) {
  Deno.test(`uri: ${sent}`, () => {
    assert.equal(decodeUri(sent, true), merged);
    assert.equal(decodeUri(sent, false), plain);
  });
}

/** Each location is a folder of its name in the list. */
const LOCATIONS = `
  root /none;
  location / { root /slash; }
  location = /exact { root /exact; }
  location /dir/ { root /dir; location /dir/deep/ { root /deep; location ~ \\.deep$ { root /deep-regex; } } }
  location ^~ /guarded/ { root /guarded; location /guarded/open/ { root /open; location ~ \\.in$ { root /inner; } } }
  location ~ \\.tgz$ { root /tgz; location ~ ^/dir/ { root /tgz-dir; } }
  location ~* "\\.(TAR\\.GZ|zst)$" { root /gz; }
  location ~* gz { root /never; }
  location "/with space/" { root /space; }
  location /caf\xc3\xa9/ { root /utf8; }
  location /enc%20oded/ { root /encoded; }
  location @named { root /named; }
  location /named { try_files /absent @named; }
`;

const choices: readonly [path: string, root: string][] = [
  ["/a", "slash"],
  ["/exact", "exact"],
  ["/exact2", "slash"],
  ["/dir/a", "dir"],
  ["/dir", "slash"],
  ["/dir/deep/a", "deep"],
  ["/dir/deep/a.deep", "deep-regex"],
  ["/dir/a.tgz", "tgz-dir"],
  ["/a.tgz", "tgz"],
  ["/dir/deep/a.tgz", "tgz-dir"],
  ["/guarded/a.tgz", "guarded"],
  ["/guarded/open/a.tgz", "open"],
  ["/guarded/open/a.in", "inner"],
  ["/a.tar.gz", "gz"],
  ["/a.ZST", "gz"],
  ["/with%20space/a", "space"],
  ["/caf%c3%a9/a", "utf8"],
  ["/café/a", "utf8"],
  ["/enc%20oded/a", "slash"],
  ["/enc%2520oded/a", "encoded"],
  ["/x/../dir//a", "dir"],
  ["/@named", "slash"],
  ["/named", "named"],
];

for (const [path, root] of choices) {
  Deno.test(`location: ${path} is for ${root}`, async () => {
    const found = await answerFor(server(LOCATIONS), `http://h${path}`);
    assert.equal(found.containerPath.split("/")[1], root);
  });
}

Deno.test("modifiers may be glued to what they modify", async () => {
  const http =
    "location ~*\\.iso$ { root /iso; } location =/x { root /x; } location ^~/y { root /y; }";
  assert.equal(await pathFor(http, "/A.ISO"), "/iso/A.ISO");
  assert.equal(await pathFor(http, "/x"), "/x/x");
  assert.equal(await pathFor(`${http} location ~ . { root /z; }`, "/y"), "/y/y");
});

Deno.test("^~ guards its own level only", async () => {
  const inPlain = "location / { location ^~ /a/ { root /guarded; } } location ~ gz { root /gz; }";
  assert.equal(await pathFor(inPlain, "/a/x.gz"), "/gz/a/x.gz");
});

Deno.test("a location that passes on takes the URL without its slash, by a redirect", async () => {
  const http = "root /srv; location /app/ { proxy_pass http://127.0.0.1:1/; }";
  await failsFor("redirect", /redirects it to "\/app\/"/, pathFor(http, "/app"));
  await failsFor("handler", /"proxy_pass .*" at .*nginx\.conf:3 answers/, pathFor(http, "/app/x"));
  const both = `${http} location = /app { root /exact; }`;
  assert.equal(await pathFor(both, "/app"), "/exact/app");
});

Deno.test("a location of the very name comes before that redirect", async () => {
  const http = "location /app { root /srv; } location /app/ { proxy_pass http://127.0.0.1:1/; }";
  assert.equal(await pathFor(http, "/app"), "/srv/app");
});

Deno.test("an expression that is nested in the prefix comes before those outside", async () => {
  const http = "location / { location ~ gz { root /in; } } location ~ a { root /out; }";
  assert.equal(await pathFor(http, "/a.gz"), "/in/a.gz");
  assert.equal(await pathFor(http, "/a"), "/out/a");
});

Deno.test("merge_slashes is that of the socket's default server", async () => {
  const servers = (first: string, second: string) => `
    server { root /first; ${first} }
    server { server_name second; root /second; ${second} }`;
  const path = async (http: string) => (await answerFor(http, "http://second//a")).containerPath;
  assert.equal(await path(servers("merge_slashes off;", "")), "/second//a");
  assert.equal(await path(servers("", "merge_slashes off;")), "/second/a");
});

Deno.test("no location: the server itself answers, with its try_files", async () => {
  assert.equal((await answerFor(server("root /srv;"), "http://h/x")).location, null);
  const http = "root /srv; try_files /fallback$uri =404; location /a/ { }";
  assert.equal(await pathFor(http, "/b"), "/srv/fallback/b");
  assert.equal(await pathFor(http, "/a/b"), "/srv/a/b");
});

Deno.test("the answer names the location as it is written, with its line", async () => {
  const { location } = await answerFor(
    'server {\n root /srv;\n location ~* "\\.(gz|tgz)$" { }\n}',
    "http://h/x.gz",
  );
  assert.deepEqual(location, {
    file: "/etc/nginx/nginx.conf",
    line: 4,
    match: "~* \\.(gz|tgz)$",
  });
});

Deno.test("a path that nginx refuses has no answer", async () => {
  await failsFor("bad-request", /refuses the path "\/\.\.\/x"/, pathFor("root /srv;", "/../x"));
});

Deno.test("an expression that cannot be translated stops only what depends on it", async () => {
  const http = "root /srv; location ~ ^/(a)\\1 { root /b; } location ^~ /safe/ { }";
  const error = await failsFor(
    "unclear",
    /"~ \^\/\(a\)\\1" at .*:3 matches cannot be decided: /,
    pathFor(http, "/x"),
  );
  assert.match(error.hint, /--root/);
  assert.equal(await pathFor(http, "/safe/x"), "/srv/safe/x");
});
