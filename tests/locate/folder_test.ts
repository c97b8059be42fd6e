import assert from "node:assert/strict";
import { answerFor, failsFor, server } from "../support/locate/configured.ts";

async function folderFor(directives: string, path = "/"): Promise<string> {
  return (await answerFor(server(directives), `http://h${path}`)).containerPath;
}

const folders: readonly [title: string, directives: string, path: string, expected: string][] = [
  ["root", "root /srv;", "/", "/srv"],
  ["root below a path", "root /srv;", "/files/", "/srv/files"],
  ["root /", "root /;", "/", "/"],
  ["a URL without any path", "root /srv;", "", "/srv"],
  ["alias", "location /files/ { alias /srv/; }", "/files/", "/srv"],
  ["alias whose location has no slash", "location /files { alias /srv/; }", "/files/", "/srv"],
  ["alias with neither slash", "location /files { alias /srv; }", "/files/sub/", "/srv/sub"],
  ["try_files", "root /srv; location / { try_files $uri $uri/ =404; }", "/", "/srv"],
  ["a start page of its own", "root /srv; location = / { return 302 /ui/; }", "/", "/srv"],
  ["hidden files denied", "root /srv; location ~ /\\. { deny all; }", "/", "/srv"],
  [
    "an expression with the same root",
    "root /srv; location ~* \\.(gz|tgz)$ { expires 1d; }",
    "/",
    "/srv",
  ],
  [
    "an expression that keeps the URI",
    "location ~ ^/files/(.*)$ { alias /srv/$1; }",
    "/files/",
    "/srv",
  ],
  [
    "locations of the hosts that keys begin with",
    "root /html; location ~ ^/[^/]+/ { root /srv; }",
    "/",
    "/srv",
  ],
  ["a slash that is written as %2f", "root /srv;", "/files%2f", "/srv/files"],
];

for (const [title, directives, path, expected] of folders) {
  Deno.test(`folder: ${title}`, async () => {
    const answer = await answerFor(server(directives), `http://h${path}`);
    assert.equal(answer.containerPath, expected);
    assert.deepEqual(answer.elsewhere, []);
    assert.deepEqual(answer.warnings, []);
  });
}

Deno.test("keys that an expression takes elsewhere are told, with its place", async () => {
  const { containerPath, elsewhere, warnings } = await answerFor(
    "server {\nroot /srv;\nlocation ~* \\.(gz|tgz)$ { root /mirror; }\nlocation ~ yaml$ { proxy_pass http://u; }\n}",
    "http://h/",
  );
  assert.equal(containerPath, "/srv");
  const places = elsewhere.map(({ key, location }) => [
    key.replace(/^.*\./, ""),
    location?.match,
    location?.line,
  ]);
  assert.deepEqual(places, [
    ["gz", "~* \\.(gz|tgz)$", 4],
    ["tgz", "~* \\.(gz|tgz)$", 4],
    ["yaml", "~ yaml$", 5],
    ["gz", "~* \\.(gz|tgz)$", 4],
  ]);
  assert.deepEqual(warnings.map(({ code }) => code), ["elsewhere", "elsewhere"]);
  assert.match(
    warnings[0]?.message ?? "",
    /^Keys such as "github\.com\/.*\.tar\.gz" .* by location ~\* \\\.\(gz\|tgz\)\$ at \/etc\/nginx\/nginx\.conf:4: it is read from "\/mirror\/github\.com/,
  );
  assert.match(warnings[1]?.message ?? "", /nginx\.conf:5: "proxy_pass http:\/\/u" at .* answers/);
});

Deno.test("keys of one host that have a place of their own are told", async () => {
  const http = "root /srv; location /dl.k8s.io/ { alias /k8s/; }";
  const { containerPath, elsewhere } = await answerFor(server(http), "http://h/");
  assert.equal(containerPath, "/srv");
  assert.deepEqual(elsewhere.map(({ key }) => key), [
    "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubelet",
  ]);
});

Deno.test("no folder: the reason is that of a plain key", async () => {
  await failsFor(
    "handler",
    /proxy_pass/,
    folderFor("location / { proxy_pass http://u; } location ~ gz$ { root /srv; }"),
  );
  await failsFor("return", /return 301/, folderFor("return 301 https://h$request_uri;"));
  await failsFor("denied", /deny all/, folderFor("root /srv; deny all;"));
  await failsFor(
    "no-file",
    /try_files/,
    folderFor("root /srv; location / { try_files /index.html =404; }"),
  );
});

Deno.test("an alias that glues names together is no folder", async () => {
  const error = await failsFor(
    "no-file",
    /a file "x" under it is read from "\/srvx" \("alias \/srv" at .*:3\), which is no folder/,
    folderFor("location /files/ { alias /srv; }", "/files/"),
  );
  assert.match(error.hint, /alias must end in one/);
});

Deno.test("one file for all is no folder", async () => {
  await failsFor(
    "no-file",
    /read from "\/srv\/one"/,
    folderFor("location ~ . { alias /srv/one; }"),
  );
});
