/** What stands between a location and its files: rewrites, access, try_files, other handlers. */
import assert from "node:assert/strict";
import type { Obstacle } from "../../../../locate/result.ts";
import { answerFor, failsFor, pathFor, server } from "../../../support/locate/configured.ts";

const FILES = { "/srv/there": "", "/srv/folder/x": "", "/srv/maintenance.html": "" };

const served: readonly [title: string, directives: string, path?: string, expected?: string][] = [
  ["an if for other methods", "if ($request_method = POST) { return 405; }"],
  [
    "an if by expression for other methods",
    "if ($request_method !~ ^(GET|HEAD|POST)$) { return 405; }",
  ],
  ["an if for a missing file", "if (!-f $request_filename) { return 404; }"],
  [
    "an if for a missing file, by document_root",
    "if (!-e $document_root$uri) { rewrite ^ /index.php last; }",
  ],
  ["an if for a folder", "if (-d $request_filename) { rewrite ^ $uri/ permanent; }"],
  ["an if for another host", "if ($host != h) { return 301 http://h$request_uri; }"],
  ["an if for another scheme", "if ($scheme = https) { return 403; }"],
  ["an if for arguments", "if ($args) { return 403; }"],
  ["an if for an argument", "if ($arg_token = x) { return 403; }"],
  ["an if for a cookie", "if ($http_cookie ~* id=) { return 403; }"],
  ["an if for another site's link", "valid_referers none h; if ($invalid_referer) { return 403; }"],
  ["flags that are not set", "set $no 0; if ($uri ~ php) { set $no 1; } if ($no) { return 403; }"],
  ["a blank next to the parentheses", "if ( $request_method = POST ) { return 405; }"],
  ["an empty value", 'if ($request_method = "") { return 405; }'],
  ["a rewrite that does not match", "rewrite ^/old/(.*)$ /new/$1 permanent;"],
  ["a break before a return", "if ($uri ~ a) { break; } return 403;"],
  ["limit_except for other methods", "limit_except GET HEAD { deny all; }"],
  ["limit_except spelled small", "limit_except get { deny all; }"],
  ["auth_basic that is off again", "auth_basic off;"],
  ["satisfy any with an allowed address", "satisfy any; allow 10.0.0.0/8; deny all;"],
  ["try_files that tries the URI", "try_files $uri $uri/ =404;"],
  ["try_files whose first file is missing", "try_files /absent $uri =404;"],
  ["try_files that goes on where the file lies", "try_files /absent /absent2 @files;"],
  ["try_files that tries the URI elsewhere", "try_files /sub$uri =404;", "/a/b", "/srv/sub/a/b"],
  [
    "try_files with a file that exists",
    "try_files /maintenance.html $uri =404;",
    "/a/b",
    "/srv/maintenance.html",
  ],
  ["try_files of an alias", "alias /data/; try_files $uri =404;", "/a/b", "/data/b"],
  ["listings, cache and headers", "autoindex on; expires 1d; add_header X-A b; gzip_static on;"],
  ["an unknown directive", "brotli on; unknown { what ever; }"],
];

for (const [title, directives, path = "/a/b", expected = `/srv${path}`] of served) {
  Deno.test(`served: ${title}`, async () => {
    const root = directives.includes("alias") ? "" : "root /srv;";
    const http = `location /a/ { ${root} ${directives} } location @files { root /srv; }`;
    assert.equal(await pathFor(http, path, FILES), expected);
  });
}

const hindered: readonly [Obstacle, message: RegExp, directives: string][] = [
  ["return", /"return 403" at .*:3 answers without/, "return 403;"],
  ["return", /"return 301 https:\/\/x"/, "return 301 https://x;"],
  ["return", /"return 404"/, "if ($request_method = GET) { return 404; }"],
  ["return", /"return 404"/, "if ($host = H) { } if ($host = h) { return 404; }"],
  ["return", /"return 403"/, "valid_referers blocked h; if ($invalid_referer) { return 403; }"],
  ["return", /"return 403"/, "set $a 1; set $b $a; if ($b) { return 403; }"],
  ["return", /"return 404"/, "if (-f /srv/there) { return 404; }"],
  ["rewrite", /"rewrite \^\/a\/ \/b\/ redirect" at .* redirects/, "rewrite ^/a/ /b/ redirect;"],
  ["handler", /"proxy_pass http:\/\/u"/, "proxy_pass http://u;"],
  ["handler", /"fastcgi_pass/, "fastcgi_pass unix:/run/php.sock;"],
  ["handler", /"grpc_pass/, "if ($uri ~ a) { grpc_pass u; }"],
  ["handler", /"proxy_pass/, "proxy_pass http://u; if ($uri ~ a) { expires 1d; }"],
  ["handler", /"content_by_lua_block"/, "content_by_lua_block { ngx.say('x') }"],
  ["handler", /"stub_status"/, "stub_status;"],
  ["internal", /"internal" at/, "internal;"],
  ["denied", /"deny all" at .* refuses everybody/, "deny all;"],
  ["denied", /"deny 0\.0\.0\.0\/0"/, "deny 0.0.0.0/0; deny ::/0;"],
  ["denied", /"deny all"/, "limit_except POST { deny all; }"],
  ["denied", /"deny all"/, "allow 2001:db8::/32; deny all;"],
  ["no-file", /"try_files .*" at .* never looks/, "try_files /index.html =404;"],
  [
    "redirect",
    /"\/srv\/folder", which try_files at .* is a folder/,
    "try_files /folder/ $uri =404;",
  ],
  ["unclear", /depends on \$upstream_x/, "try_files $upstream_x =404;"],
  ["redirect", /more than 10 times/, "try_files /absent /a/again;"],
  ["invalid", /no location @absent/, "try_files /absent @absent;"],
];

for (const [obstacle, message, directives] of hindered) {
  Deno.test(`not served: ${directives}`, async () => {
    const http = `location /a/ { root /srv; ${directives} }`;
    await failsFor(obstacle, message, pathFor(http, "/a/b", FILES));
  });
}

Deno.test("return and rewrite of a server come before any location", async () => {
  const http = "location / { root /srv; }";
  await failsFor("return", /"return 301/, pathFor(`return 301 https://h; ${http}`, "/a"));
  await failsFor("rewrite", /"rewrite/, pathFor(`rewrite ^ http://h/b; ${http}`, "/a"));
});

Deno.test("return and try_files are not inherited, internal and deny are", async () => {
  const nested = "location /a/ { }";
  assert.equal(
    await pathFor(`root /srv; location / { return 403; ${nested} }`, "/a/b"),
    "/srv/a/b",
  );
  assert.equal(
    await pathFor(`root /srv; location / { try_files /x =404; ${nested} }`, "/a/b"),
    "/srv/a/b",
  );
  await failsFor("internal", /./, pathFor(`location / { internal; ${nested} }`, "/a/b"));
  await failsFor("denied", /./, pathFor(`location / { deny all; ${nested} }`, "/a/b"));
  assert.equal(
    await pathFor(`root /srv; location / { deny all; location /a/ { allow all; } }`, "/a/b"),
    "/srv/a/b",
  );
});

Deno.test("an internal location can be entered by try_files", async () => {
  const http = "location / { try_files /no /files$uri; } location /files/ { internal; root /srv; }";
  assert.equal(await pathFor(http, "/a"), "/srv/files/a");
});

Deno.test("an if that is met drops the location's try_files", async () => {
  const http = "root /srv; location / { if ($uri ~ a) { expires 1d; } try_files /there =404; }";
  assert.equal(await pathFor(http, "/a", FILES), "/srv/a");
  assert.equal(await pathFor(http, "/b", FILES), "/srv/there");
});

Deno.test("conditions are about the file that will be written, not about another one", async () => {
  // At the server's level the file would be /srv/a/b; what is served is /data/b.
  const http =
    "root /srv; if (-f $request_filename) { return 403; } location /a/ { alias /data/; }";
  assert.equal(await pathFor(http, "/a/b"), "/data/b");
  await failsFor("return", /./, pathFor(http, "/a/b", { "/srv/a/b": "" }));
  await failsFor("return", /./, pathFor(http, "/c"));
});

const warned: readonly [code: string, message: RegExp, directives: string][] = [
  ["auth-basic", /"auth_basic closed area" at .*:3 may ask nodes/, "auth_basic 'closed area';"],
  ["auth-basic", /./, "satisfy any; deny all; auth_basic x;"],
  ["auth", /"auth_request \/auth"/, "auth_request /auth;"],
  ["auth", /"access_by_lua_block/, "access_by_lua_block { x() }"],
  [
    "access",
    /Not everybody may fetch it: allow 10\.0\.0\.0\/8; deny all \(.*:3\)/,
    "allow 10.0.0.0/8; deny all;",
  ],
  ["access", /./, "deny 0.0.0.0/1;"],
  [
    "unclear-condition",
    /"if \(\$ssl_client_s_dn\)" at .* it is taken as not met/,
    "if ($ssl_client_s_dn) { return 403; }",
  ],
  ["unclear-condition", /./, 'if ($http_user_agent ~* "curl") { return 403; }'],
  ["unclear-condition", /./, "if ($remote_port) { set $x 1; } if ($x) { root /mobile; }"],
  ["lua", /"rewrite_by_lua_block" at/, "rewrite_by_lua_block { x() }"],
  ["gzip-static", /NAME\.gz/, "gzip_static always;"],
  ["try-files", /serves "\/srv\/there" instead/, "try_files /there $uri =404;"],
];

for (const [code, message, directives] of warned) {
  Deno.test(`a warning: ${directives}`, async () => {
    const http = server(`location /a/ { root /srv; ${directives} }`);
    const { warnings } = await answerFor(http, "http://h/a/b", FILES);
    assert.deepEqual(warnings.map((one) => one.code), [code]);
    assert.match(warnings[0]?.message ?? "", message);
  });
}

Deno.test("an if that cannot be told and decides nothing is no warning", async () => {
  const http = server("root /srv; location / { if ($remote_port) { add_header X-Mobile 1; } }");
  assert.deepEqual((await answerFor(http, "http://h/a")).warnings, []);
});

Deno.test("clients that a socket cannot have do not count", async () => {
  const http = "listen 192.0.2.1:80; root /srv; deny 0.0.0.0/0; allow ::/0;";
  await failsFor("denied", /./, answerFor(server(http), "http://h/a"));
  const six = "listen [::]:80; root /srv; deny 0.0.0.0/0; allow ::/0;";
  assert.equal((await answerFor(server(six), "http://h/a")).containerPath, "/srv/a");
});
