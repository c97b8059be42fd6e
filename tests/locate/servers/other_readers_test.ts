/** Configurations of Apache httpd, lighttpd and Caddy that cannot be read, or need not be understood. */
import assert from "node:assert/strict";
import { BinimportError } from "../../../core/util/errors.ts";
import { NoAnswer, parseWebAddress } from "../../../locate/result.ts";
import { SERVERS } from "../../../locate/servers/mod.ts";
import type { Opened, ServerKind } from "../../../locate/servers/server.ts";
import { memoryView } from "../../support/locate/configured.ts";

function named(name: string): ServerKind {
  const kind = SERVERS.find((one) => one.name === name);
  assert.ok(kind);
  return kind;
}

const apache = named("Apache httpd");
const lighttpd = named("lighttpd");
const caddy = named("Caddy");

type Files = Readonly<Record<string, string>>;

const ARGV = new Map<ServerKind, readonly string[]>([
  [apache, ["/usr/sbin/apache2", "-k", "start", "-d", "/etc", "-f", "main", "-DLive"]],
  [lighttpd, ["lighttpd", "-D", "-f", "/etc/main"]],
  [caddy, ["/usr/bin/caddy", "run", "--environ", "--config", "/etc/main"]],
]);

async function open(
  kind: ServerKind,
  main: string,
  files: Files = {},
  program = "",
): Promise<Opened> {
  return await kind.open({
    argv: ARGV.get(kind) ?? [],
    folder: "/start",
    view: memoryView({ ...files, "/etc/main": main }),
    env: (name) => name === "TOP" ? "/srv" : undefined,
    program: () => new TextEncoder().encode(`\0mod_alias.c\0${program}\0`),
  });
}

async function pathFor(
  kind: ServerKind,
  main: string,
  url: string,
  files?: Files,
  program?: string,
): Promise<string> {
  const { resolve } = await open(kind, main, files, program);
  return (await resolve(parseWebAddress(url))).path;
}

const broken: readonly [kind: ServerKind, title: string, main: string, message: RegExp][] = [
  [
    apache,
    "a section without end",
    "Listen 80\n<Directory /srv>\n",
    /main:2:1: no <\/directory> ends/,
  ],
  [apache, "an end without section", "</Directory>\n", /main:1:1: unexpected "<\/Directory>"/],
  [apache, "ends that are crossed", "<Files a>\n<If b>\n</Files>\n</If>", /main:3:1: unexpected/],
  [apache, "a NUL byte", "Listen\0 80\n", /main:1:7: a NUL byte\n {4}Listen·? 80/],
  [
    apache,
    "an include that loops",
    "Include /etc/main\n",
    /"\/etc\/main", included at .*:1: it includes itself/,
  ],
  [
    apache,
    "an include that is missing",
    "Include none\n",
    /"\/etc\/none", included at .*:1: no such file/,
  ],
  [apache, "a macro", "<Macro x>\n</Macro>\nUse x\n", /"Use x" at .*:3 is filled in from a macro/],
  [lighttpd, "a block without end", '$HTTP["host"] == "h" {\n', /main:1:22: no "\}" ends/],
  [lighttpd, "no value", "server.port =\n", /main:2:1: unexpected "the end of the file"/],
  [lighttpd, "a quote without end", 'server.port = "80\n', /main:1:15: a character that cannot/],
  [lighttpd, "a NUL byte", "\0", /main:1:1: a NUL byte/],
  [lighttpd, "a list without end", 'a.b = ( "x"\nc.d = 1', /main:2:1: unexpected "c\.d"/],
  [
    lighttpd,
    "an include that loops",
    'include "main"',
    /it includes itself: \/etc\/main → \/etc\/main/,
  ],
  [caddy, "a block without end", ":80 {\nroot * /srv\n", /main:1:5: no "\}" ends/],
  [caddy, "a brace too many", ":80 {\n}\n}\n", /main:3:1: unexpected "\}"/],
  [caddy, "a quote without end", ':80 {\nroot * "/srv\n}\n', /main:2:8: a quote that nothing ends/],
  [caddy, "a NUL byte", ":80\0 {\n}\n", /main:1:4: a NUL byte/],
  [caddy, "an import that loops", "import main", /it includes itself/],
  [
    caddy,
    "a text of several lines",
    ":80 {\nrespond <<X\n  a\n  XY\n}\n",
    /main:2:9: a text of several lines that its marker/,
  ],
];

for (const [kind, title, main, message] of broken) {
  Deno.test(`${kind.name} cannot be read: ${title}`, async () => {
    await assert.rejects(open(kind, main), (error) => {
      assert.ok(error instanceof BinimportError || error instanceof NoAnswer, String(error));
      assert.match(error.message, message);
      assert.match(error.hint ?? "", /\.$/);
      return true;
    });
  });
}

Deno.test("Apache httpd: built-in modules, -D and the environment count", async () => {
  const main =
    "Listen 80\n<IfModule mod_alias.c>\n<IfDefine Live>\nAlias /x ${TOP}\n</IfDefine>\n" +
    "</IfModule>\n<IfFile main>\nDocumentRoot html\n</IfFile>\n";
  assert.equal(await pathFor(apache, main, "http://h/x/y"), "/srv/y");
  assert.equal(await pathFor(apache, main, "http://h/z"), "/etc/html/z");
});

Deno.test("Apache httpd: a name is not looked up where addresses decide", async () => {
  const host = (at: string, root: string) =>
    `<VirtualHost ${at}>\nDocumentRoot ${root}\n</VirtualHost>\n`;
  const main = `Listen 80\n${host("10.0.0.1:80", "/one")}${host("10.0.0.2:80", "/two")}`;
  assert.equal(await pathFor(apache, main, "http://10.0.0.2/x"), "/two/x");
  await assert.rejects(pathFor(apache, main, "http://h/x"), /one of several addresses/);
  await assert.rejects(pathFor(apache, main, "http://10.0.0.3/x"), /no DocumentRoot is given/);
});

Deno.test("Apache httpd: a host of a name matters on its own port alone", async () => {
  const named = (port: number) =>
    `<VirtualHost files.example:${port}>\nDocumentRoot /named\n</VirtualHost>\n`;
  const main = "Listen 80\nListen 81\nDocumentRoot /srv\n";
  assert.equal(await pathFor(apache, main + named(81), "http://h/x"), "/srv/x");
  await assert.rejects(
    pathFor(apache, main + named(80), "http://h/x"),
    /is for a name, which is not/,
  );
});

Deno.test("the scheme has to be what the server speaks", async () => {
  const secure =
    "Listen 443 https\n<VirtualHost *:443>\nSSLEngine on\nDocumentRoot /s\n</VirtualHost>";
  assert.equal(await pathFor(apache, secure, "https://h/x"), "/s/x");
  await assert.rejects(
    pathFor(apache, secure, "http://h:443/x"),
    /speaks TLS alone there \(\/etc\/main:3\)/,
  );
  const light = 'server.port = 8443\nssl.engine = "enable"\nserver.document-root = "/s"';
  assert.equal(await pathFor(lighttpd, light, "https://h:8443/x"), "/s/x");
  await assert.rejects(pathFor(lighttpd, light, "http://h:8443/x"), /speaks TLS alone/);
  const site = "files.example {\nroot * /s\nfile_server\n}";
  assert.equal(await pathFor(caddy, site, "https://files.example/x"), "/s/x");
  await assert.rejects(pathFor(caddy, site, "http://files.example:443/x"), /speaks TLS alone/);
  await assert.rejects(pathFor(caddy, site, "http://files.example/x"), {
    message: /^no site is for files\.example:80/,
    hint: /^Give the URL with https:\/\/, to which Caddy redirects\./,
  });
});

Deno.test("Caddy: tls without a host asks for TLS since 2.7.5", async () => {
  const site = ":8443 {\ntls internal\nroot * /s\nfile_server\n}";
  const at = (scheme: string, program: string) =>
    pathFor(caddy, site, `${scheme}://h:8443/x`, {}, program);
  const built = (version: string) => `dep\tgithub.com/caddyserver/caddy/v2\tv${version}\th1:`;
  assert.equal(await at("http", built("2.7.4")), "/s/x");
  assert.equal(await at("https", built("2.7.5")), "/s/x");
  assert.equal(await at("https", `\x002.0.1\0${built("2.10.0")}`), "/s/x");
  assert.equal(await at("http", "2.6.2"), "/s/x");
  await assert.rejects(at("http", built("2.8.4")), /speaks TLS alone/);
  await assert.rejects(at("https", built("2.6.4")), /does not speak TLS/);
  await assert.rejects(at("https", ""), /its version cannot be told/);
  const how = site.replace("internal", "/cert.pem /key.pem");
  assert.equal(await pathFor(caddy, how, "https://h:8443/x"), "/s/x");
});

Deno.test("lighttpd: what is set for IPv6 does not count for IPv4", async () => {
  const main = `server.document-root = "/four"
$SERVER["socket"] == "[::]:80" { server.document-root = "/six" }`;
  assert.equal(await pathFor(lighttpd, main, "http://10.0.0.1/x"), "/four/x");
  assert.equal(await pathFor(lighttpd, main, "http://[2001:db8::1]/x"), "/six/x");
  assert.equal(await pathFor(lighttpd, main, "http://h/x"), "/four/x");
});

Deno.test("lighttpd: Debian's scripts print what is enabled beside the main file", async () => {
  const main = `server.document-root = "/srv"
include_shell "/usr/share/lighttpd/create-mime.conf.pl"
include_shell "/usr/share/lighttpd/include-conf-enabled.pl"`;
  const files = {
    "/etc/conf-enabled/10-alias.conf":
      'server.modules += ( "mod_alias" )\nalias.url = ( "/a/" => "/b/" )',
  };
  assert.equal(await pathFor(lighttpd, main, "http://h/a/x", files), "/b/x");
  assert.equal(await pathFor(lighttpd, main, "http://h/x", files), "/srv/x");
});

Deno.test("lighttpd: else if and elsif, since its version knows them", async () => {
  const main =
    'server.document-root = "/srv"\n$HTTP["url"] =^ "/a" { server.document-root = "/a" }\n' +
    'elsif $HTTP["url"] =^ "/b" { server.document-root = "/b" }\n' +
    'else if $HTTP["url"] !^ "/c" { server.document-root = "/d" }\n' +
    'if $HTTP["url"] =^ "/e" { server.document-root = "/e" }';
  const path = (at: string) => pathFor(lighttpd, main, `http://h${at}`, {}, "lighttpd/1.4.76");
  assert.deepEqual(await Promise.all(["/a", "/b", "/c", "/x", "/e"].map(path)), [
    "/a/a",
    "/b/b",
    "/srv/c",
    "/d/x",
    "/e/e",
  ]);
  await assert.rejects(pathFor(lighttpd, main, "http://h/a"), /"elsif" at .* 1\.4\.74/);
});

Deno.test("Caddy: a site that is bound to the address comes before one for all", async () => {
  const site = (root: string, ...lines: readonly string[]) =>
    [":80 {", ...lines, `root * ${root}`, "file_server", "}\n"].join("\n");
  const main = site("/all") + site("/one", "bind 10.0.0.1") + site("/two", "bind 10.0.0.2");
  assert.equal(await pathFor(caddy, main, "http://10.0.0.2/x"), "/two/x");
  assert.equal(await pathFor(caddy, main, "http://10.0.0.3/x"), "/all/x");
});

Deno.test("Apache httpd: an address that it does not listen on", async () => {
  const main = "Listen 10.0.0.1:80\nDocumentRoot /srv\n<Location /x>\nProxyPass !\n</Location>";
  assert.equal(await pathFor(apache, main, "http://10.0.0.1/x"), "/srv/x");
  await assert.rejects(
    pathFor(apache, main, "http://10.0.0.2/x"),
    /no Listen is for 10\.0\.0\.2:80/,
  );
});

Deno.test("Caddy: texts of several lines, snippets of any number of words and with blocks", async () => {
  const main = `(serve) {
root {args[:]}
{block}
}
:80 {
respond /x <<PAGE
  file_server
  PAGE 200
respond /y "two
lines" 200
import serve * /srv {
  file_server
}
}`;
  assert.equal(await pathFor(caddy, main, "http://h/z"), "/srv/z");
  await assert.rejects(pathFor(caddy, main, "http://h/x"), /"respond \/x .*" at .*:6 answers/s);
  await assert.rejects(pathFor(caddy, main, "http://h/y"), /at .*:9 answers/);
});

Deno.test("Caddy: relative roots begin where it was started", async () => {
  const relative = ":80 {\nroot * www/./\nfile_server\n}";
  assert.equal(await pathFor(caddy, relative, "http://h/x"), "/start/www/x");
  assert.equal(await pathFor(caddy, ":80\nfile_server\n", "http://h/x"), "/start/x");
});

Deno.test("many lines in one file are read", async () => {
  const lines = "# nothing\nHeader set A b\n".repeat(200_000);
  const main = "Include many\nListen 80\nDocumentRoot /srv\n";
  assert.equal(await pathFor(apache, main, "http://h/x", { "/etc/many": lines }), "/srv/x");
});

Deno.test("marks that nothing closes are passed over in one go", async () => {
  const marks = "${".repeat(200_000);
  const main = `Listen 80\nDocumentRoot /srv\nHeader set A ${marks}\n<If${
    " ".repeat(200_000)
  }x>\n</If>`;
  assert.equal(await pathFor(apache, main, "http://h/x"), "/srv/x");
  const site = `:80 {\n# ${"{$".repeat(200_000)}x}\nroot * /srv\nfile_server\n}`;
  assert.equal(await pathFor(caddy, site, "http://h/x"), "/srv/x");
});
