import assert from "node:assert/strict";
import { hostView } from "../../../../locate/file_view.ts";
import { plainPath } from "../../../../locate/warnings.ts";
import { answerFor, failsFor, pathFor, server } from "../../../support/locate/configured.ts";

const paths: readonly [title: string, directives: string, path: string, expected: string][] = [
  ["root and the whole URI", "location /a/ { root /srv; }", "/a/b", "/srv/a/b"],
  ["one slash at the end of root is dropped", "root /srv//;", "/a", "/srv//a"],
  ["root / is the root", "root /;", "/a", "/a"],
  ["a relative root lies below the prefix", "root www;", "/a", "/usr/share/nginx/www/a"],
  ["no root at all is html below the prefix", "", "/a", "/usr/share/nginx/html/a"],
  ["root is inherited", "root /srv; location / { location /a/ { } }", "/a/b", "/srv/a/b"],
  ["alias replaces the location's name", "location /a/ { alias /srv/; }", "/a/b", "/srv/b"],
  ["alias adds no slash", "location /a/ { alias /srv; }", "/a/b", "/srvb"],
  ["alias without a slash on either side", "location /a { alias /srv; }", "/a/b", "/srv/b"],
  ["alias of an exact location", "location = /a { alias /srv/b; }", "/a", "/srv/b"],
  [
    "an inherited alias keeps its location's length",
    "location /a/ { alias /srv/; location /a/b/ { } }",
    "/a/b/c",
    "/srv/b/c",
  ],
  [
    "an inherited alias, in a nested expression too",
    "location /a/ { alias /srv/; location ~ gz$ { } }",
    "/a/b.gz",
    "/srv/b.gz",
  ],
  [
    "alias with groups of an expression",
    "location ~ ^/a/(.*)\\.gz$ { alias /srv/$1.tgz; }",
    "/a/b/c.gz",
    "/srv/b/c.tgz",
  ],
  [
    "alias with a named group",
    "location ~ ^/(?<user>[^/]+)/pub/(.*)$ { alias /home/$user/$2; }",
    "/ann/pub/x",
    "/home/ann/x",
  ],
  [
    "groups are those of the last expression that was tried in an if",
    "location ~ ^/(a)/ { if ($uri ~ ^/(a/b)) { } alias /srv/$1; }",
    "/a/b",
    "/srv/a/b",
  ],
  [
    "groups are gone after an if that failed",
    "location ~ ^/(a)/ { if ($uri ~ (z)) { } alias /srv/$1x; }",
    "/a/b",
    "/srv/x",
  ],
  ["alias of one file for all", "location ~ \\.gz$ { alias /srv/one; }", "/a.gz", "/srv/one"],
  ["root with a known variable", "root /srv/$host/$server_port;", "/a", "/srv/h/80/a"],
  ["a variable in braces", "root /srv/${host}s;", "/a", "/srv/hs/a"],
  ["root with a set variable", "set $root /data; root $root/www;", "/a", "/data/www/a"],
  [
    "root in an if that is met",
    "root /a; location / { if ($uri ~ gz) { root /b; } }",
    "/x.gz",
    "/b/x.gz",
  ],
  [
    "the last of several ifs wins",
    "location / { root /a; if ($uri ~ x) { root /b; } if ($uri ~ y) { root /c; } }",
    "/xy",
    "/c/xy",
  ],
  ["bytes beyond ASCII", "root /srv/\xc3\xa4;", "/%c3%b6", "/srv/ä/ö"],
];

for (const [title, directives, path, expected] of paths) {
  Deno.test(`path: ${title}`, async () => {
    assert.equal(await pathFor(directives, path), expected);
  });
}

Deno.test("root in http is inherited by every server", async () => {
  assert.equal((await answerFor("root /srv; server { }", "http://h/a")).containerPath, "/srv/a");
});

Deno.test("a root that depends on the request has no answer", async () => {
  for (
    const directives of [
      "root /srv/$geoip_country;",
      "root $remote_addr;",
      "set $r $cookie_x$time_local; root $r;",
    ]
  ) {
    const error = await failsFor(
      "unclear",
      /depends on \$\w+, which is known only/,
      pathFor(directives, "/a"),
    );
    assert.match(error.hint, /--root DIR/);
  }
});

Deno.test("groups that JavaScript would forget have no answer either", async () => {
  const directives = "location ~ ^/(?:(a)|b)+$ { alias /srv/$1; }";
  await failsFor("unclear", /depends on \$1/, pathFor(directives, "/ab"));
});

Deno.test("an alias of an expression that names a folder has no file", async () => {
  await failsFor(
    "no-file",
    /names the folder "\/srv\/"/,
    pathFor("location ~ gz { alias /srv/; }", "/a.gz"),
  );
});

Deno.test("a prefix that was only assumed is told where it counts", async () => {
  const { warnings } = await answerFor(server("root /srv;"), "http://h/a");
  assert.deepEqual(warnings, []);
});

Deno.test("a path is made plain, and .. goes where the kernel goes", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(`${folder}/a/b`, { recursive: true });
    await Deno.mkdir(`${folder}/other`);
    await Deno.symlink(`${folder}/a/b`, `${folder}/other/link`);
    const plain = (path: string) => plainPath(hostView, `${folder}${path}`);
    assert.equal(await plain("//a/./b/"), `${folder}/a/b`);
    assert.equal(await plain("/a/../x"), `${folder}/x`);
    assert.equal(await plain("/other/link/../x/y"), `${folder}/a/x/y`);
    assert.equal(await plain("/absent/../x"), `${folder}/absent/../x`);
    assert.equal(await plainPath(hostView, "/"), "/");
    assert.equal(await plainPath(hostView, "/.."), "/");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a name that is not in UTF-8 is refused, one that is stays", async () => {
  assert.equal(await pathFor("root /srv/\xe6\x96\x87;", "/a"), "/srv/\u6587/a");
  const gbk = pathFor("root /srv/\xce\xc4;", "/a");
  await failsFor("unclear", /the name "\/srv\/.*\/a" is not in UTF-8/, gbk);
});
