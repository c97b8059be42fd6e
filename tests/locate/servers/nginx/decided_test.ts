/** What decides besides location and root: rewrites, maps, pages for errors, questions to others. */
import assert from "node:assert/strict";
import { failsWith } from "../../../support/fails_with.ts";
import { answerFor, failsFor, pathFor, server } from "../../../support/locate/configured.ts";

const paths: readonly [title: string, directives: string, path: string, expected: string][] = [
  [
    "a rewrite that breaks",
    "root /srv; location /k/ { rewrite ^/k/(.*)$ /f/$1 break; }",
    "/k/a.gz",
    "/srv/f/a.gz",
  ],
  [
    "a rewrite to a location with an alias",
    "rewrite ^/old/(.*)$ /new/$1 last; location /new/ { alias /srv/; }",
    "/old/a",
    "/srv/a",
  ],
  [
    "a rewrite that goes on",
    "root /srv; location /a { rewrite ^/a/(.*)$ /b/$1; } location /b { root /two; }",
    "/a/x",
    "/two/b/x",
  ],
  [
    "a rewrite with arguments",
    "root /srv/$arg_none; rewrite ^/a/(.*)$ /b/$1?x=1 break;",
    "/a/x",
    "/srv//b/x",
  ],
  [
    "an error page that is another location",
    "location / { error_page 418 = @files; return 418; } location @files { root /srv; }",
    "/a",
    "/srv/a",
  ],
  [
    "an error page for a refusal",
    "root /srv; location /closed { deny all; error_page 403 =200 /open/x; }",
    "/closed/a",
    "/srv/open/x",
  ],
  [
    "crawlers that are refused",
    'root /srv; if ($http_user_agent ~* "bot|spider|python") { return 403; }',
    "/a",
    "/srv/a",
  ],
  ["no agent at all", 'root /srv; if ($http_user_agent = "") { return 403; }', "/a", "/srv/a"],
  [
    "an old protocol",
    'root /srv; if ($server_protocol = "HTTP/1.0") { return 403; }',
    "/a",
    "/srv/a",
  ],
  ["a variable in capitals", "root /srv/$SERVER_PORT;", "/a", "/srv/80/a"],
];

for (const [title, directives, path, expected] of paths) {
  Deno.test(`decided: ${title}`, async () =>
    assert.equal(await pathFor(directives, path), expected));
}

Deno.test("decided: a map of the host names the folder", async () => {
  const maps =
    `map $host $site { hostnames; default other; h h1; *.example.com e; ~^x(?<n>\\d)$ "n$n"; }`;
  const root = async (host: string) => {
    const http = `${maps} ${server("root /srv/$site;")}`;
    return (await answerFor(http, `http://${host}/a`)).containerPath;
  };
  assert.equal(await root("H"), "/srv/h1/a");
  assert.equal(await root("www.example.com"), "/srv/e/a");
  assert.equal(await root("x7"), "/srv/n7/a");
  assert.equal(await root("z"), "/srv/other/a");
});

Deno.test("decided: a map of clients that says the same of all, and one that does not", async () => {
  const http = (second: string) =>
    `geo $far { default 0; 10.0.0.0/8 ${second}; } map $far $root { 0 /near; 1 /far; }
    ${server("root $root;")}`;
  assert.equal((await answerFor(http("0"), "http://h/a")).containerPath, "/near/a");
  await failsFor("unclear", /depends on \$root/, answerFor(http("1"), "http://h/a"));
});

Deno.test("decided: an upstream whose servers are another module's", async () => {
  const upstream = (lines: string) => `upstream u { ${lines} } ${server("root /srv;")}`;
  const drizzle = upstream("drizzle_server 127.0.0.1:3306 protocol=mysql; keepalive 3;");
  assert.equal((await answerFor(drizzle, "http://h/a")).containerPath, "/srv/a");
  await failsWith("nginx-conf", /no servers/, answerFor(upstream("keepalive 3;"), "http://h/a"));
});

Deno.test("decided: a geo of a variable takes the smallest network that holds it", async () => {
  const http = `geo $arg_ip $root {
    default /far; 10.0.0.0/8 /ten; 10.1.0.0/16 /one; 255.255.255.255 /none; 2001:db8::/32 /six;
  } ${server("root $root;")}`;
  const root = async (ip: string) => (await answerFor(http, `http://h/a?ip=${ip}`)).containerPath;
  assert.equal(await root("10.1.2.3"), "/one/a");
  assert.equal(await root("10.2.2.3"), "/ten/a");
  assert.equal(await root("192.0.2.1"), "/far/a");
  assert.equal(await root("2001:db8::1"), "/six/a");
  assert.equal(await root("nonsense"), "/none/a");
  const ranges = http.replace("default", "ranges; default").replace(
    "10.1.0.0/16",
    "10.1.0.0-10.1.9.9",
  );
  const found = await answerFor(ranges, "http://h/a?ip=10.1.2.3");
  assert.equal(found.containerPath, "/one/a");
  const volatile = http.replace("default", "volatile; default"); // since nginx 1.29
  assert.equal((await answerFor(volatile, "http://h/a?ip=10.2.2.3")).containerPath, "/ten/a");
});

Deno.test("decided: credentials that a map turns off, and addresses that are all allowed", async () => {
  const http = `map $uri $realm { default off; /closed closed; }
    ${server("root /srv; auth_basic $realm; allow all; deny 10.0.0.0/8;")}`;
  assert.deepEqual((await answerFor(http, "http://h/a")).warnings, []);
  const [warning] = (await answerFor(http, "http://h/closed")).warnings;
  assert.equal(warning?.code, "auth-basic");
});

Deno.test("decided: a map is asked once, but a volatile one again behind a rewrite", async () => {
  const http = (option: string) =>
    `map $uri $root { ${option} default /two; ~^/a/ /one; }
    ${server("root $root; if (-f $document_root/none) { return 403; } rewrite ^/a/ /b/x;")}`;
  assert.equal((await answerFor(http(""), "http://h/a/x")).containerPath, "/one/b/x");
  assert.equal((await answerFor(http("volatile;"), "http://h/a/x")).containerPath, "/two/b/x");
});

const refused: readonly [
  title: string,
  obstacle: "return" | "denied" | "invalid",
  message: RegExp,
  directives: string,
][] = [
  [
    "a link without its hash",
    "return",
    /return 403/,
    'root /srv; secure_link $arg_md5,$arg_expires; secure_link_md5 x; if ($secure_link = "") { return 403; }',
  ],
  [
    "a page of another site alone",
    "return",
    /return 403/,
    "root /srv; valid_referers server_names; if ($invalid_referer) { return 403; }",
  ],
  [
    "somebody who is asked and refuses",
    "denied",
    /auth_request \/no/,
    "root /srv; auth_request /no; location = /no { return 403; }",
  ],
  [
    "an alias behind a rewrite",
    "invalid",
    /cannot be used where the URI was rewritten/,
    "location /a/ { alias /srv/; rewrite ^/a/(.*)$ /b/$1 break; }",
  ],
  [
    "an error page that keeps the error",
    "return",
    /return 404/,
    "root /srv; location / { return 404; error_page 404 /x; }",
  ],
];

for (const [title, obstacle, message, directives] of refused) {
  Deno.test(`decided: ${title}`, async () => {
    await failsFor(obstacle, message, pathFor(directives, "/a/b"));
  });
}
