/**
 * Apache httpd, lighttpd and Caddy: what is found in their configuration is what they serve. In
 * sites, `10.0.1.1:8080` is where the server listens, `FOLDER` a folder with another one in it, `sub`.
 */
import assert from "node:assert/strict";
import { locate, parseWebAddress } from "../../../locate/mod.ts";
import { failsWith } from "../../support/fails_with.ts";
import {
  apache,
  caddy,
  type HttpServerKind,
  lighttpd,
  startSite,
} from "../../support/http_servers.ts";
import { testWithTools } from "../../support/require.ts";

/** What a site serves: the path asked for, and the folder below FOLDER that is read for it. */
interface Case {
  readonly kind: HttpServerKind;
  readonly title: string;
  readonly site: string;
  /** Default: `/`. */
  readonly path?: string;
  /** Below FOLDER. */
  readonly folder?: string;
  /** Instead of a folder: why there is none. */
  readonly refused?: RegExp;
  /** Codes of warnings. */
  readonly warnings?: readonly string[];
  /** Whether nobody can fetch what is written there. */
  readonly closed?: true;
}

const GRANTED = "<Directory FOLDER>\nRequire all granted\n</Directory>";

function vhost(...lines: readonly string[]): string {
  return `Listen 10.0.1.1:8080\n${GRANTED}\n<VirtualHost 10.0.1.1:8080>\nDocumentRoot FOLDER\n${
    lines.join("\n")
  }\n</VirtualHost>\n`;
}

const apacheCases: readonly Omit<Case, "kind">[] = [
  {
    title: "no virtual host",
    site: `Listen 10.0.1.1:8080\n${GRANTED}\nDocumentRoot "FOLDER/"`,
    folder: "",
  },
  {
    title: "a virtual host for all ports",
    site: vhost().replace("<VirtualHost 10.0.1.1:8080>", "<VirtualHost *>"),
    folder: "",
  },
  {
    title: "one for all addresses, and one for this one",
    site: `Listen 10.0.1.1:8080\n${GRANTED}
<VirtualHost *:8080>\nDocumentRoot FOLDER\n</VirtualHost>
<VirtualHost 10.0.1.1:8080>\nDocumentRoot FOLDER/sub\n</VirtualHost>`,
    folder: "/sub",
  },
  {
    title: "the first of two without a fitting name",
    site: vhost("ServerName a.example") +
      vhost("ServerName b.example").replace(/^Listen.*/, "").replace(
        "DocumentRoot FOLDER",
        "DocumentRoot FOLDER/sub",
      ),
    folder: "",
  },
  {
    title: "a name with *",
    site: vhost("ServerName a.example") +
      vhost("ServerName b.example", "ServerAlias 127.*").replace(/^Listen.*/, "").replace(
        "DocumentRoot FOLDER",
        "DocumentRoot FOLDER/sub",
      ),
    folder: "/sub",
  },
  { title: "an alias", site: vhost("Alias /files/ FOLDER/sub/"), path: "/files/", folder: "/sub" },
  {
    title: "an alias without slashes",
    site: vhost('Alias "/files" "FOLDER/sub"'),
    path: "/files/deep/",
    folder: "/sub/deep",
  },
  {
    title: "an alias of another name",
    site: vhost("Alias /file FOLDER/sub"),
    path: "/files/",
    folder: "/files",
  },
  {
    title: "an alias with an expression",
    site: vhost("AliasMatch ^/f/(.*)$ FOLDER/sub/$1"),
    path: "/f/",
    folder: "/sub",
  },
  {
    title: "an alias outside of the host",
    site: `Alias /files FOLDER/sub\n${vhost()}`,
    path: "/files/",
    folder: "/sub",
  },
  {
    title: "variables, and what counts of sections",
    site:
      `Define top FOLDER/sub\n<IfModule alias_module>\n<IfDefine top>\nAlias /x/ \${top}/\n</IfDefine>\n</IfModule>\n<IfModule !mod_so.c>\nAlias /x/ /no/\n</IfModule>\n<IfVersion < 2.4>\nAlias /x/ /no/\n</IfVersion>\n${vhost()}`,
    path: "/x/",
    folder: "/sub",
  },
  {
    title: "a line that goes on",
    site: vhost("Alias /files/ \\\n  FOLDER/sub/ # no comment here").replace(
      " # no comment here",
      "",
    ),
    path: "/files/",
    folder: "/sub",
  },
  {
    title: "included files",
    site: `IncludeOptional FOLDER/conf/*.conf\n${vhost()}`,
    path: "/more/",
    folder: "/sub",
  },
  {
    title: "a password",
    site: vhost(
      '<Location "/">\nAuthType Basic\nAuthName x\nAuthUserFile FOLDER/none\nRequire valid-user\n</Location>',
    ),
    folder: "",
    warnings: ["auth"],
    closed: true,
  },
  {
    title: "some addresses alone",
    site: vhost("<Directory FOLDER>\nRequire ip 10.9.9.9\n</Directory>"),
    folder: "",
    warnings: ["access"],
    closed: true,
  },
  {
    title: "hidden names denied",
    site: vhost(
      '<FilesMatch "^\\.">\nRequire all denied\n</FilesMatch>',
      "<Location />\n<LimitExcept GET HEAD>\nRequire all denied\n</LimitExcept>\n</Location>",
    ),
    folder: "",
  },
  {
    title: "rules for files that are not there",
    site: vhost(
      "RewriteEngine On",
      "RewriteCond %{DOCUMENT_ROOT}%{REQUEST_URI} !-f",
      "RewriteRule . /index.html [L]",
    ),
    folder: "",
  },
  {
    title: "rules for paths that are no files yet",
    site: vhost("RewriteEngine On", "RewriteCond %{REQUEST_FILENAME} !-f", "RewriteRule . /x"),
    refused: /"RewriteRule \. \/x" at .* may turn/,
  },
  {
    title: "rules for other names",
    site: vhost("RewriteEngine On", "RewriteRule ^/old/(.*) /new/$1 [R]"),
    folder: "",
  },
  {
    title: "a .htaccess",
    site: vhost("<Directory FOLDER>\nAllowOverride All\n</Directory>"),
    path: "/ht/",
    folder: "/ht",
  },
  { title: "a redirection of another path", site: vhost("Redirect /old http://h/"), folder: "" },
  {
    title: "an exception of a proxy",
    site: vhost().replace(
      "DocumentRoot",
      "<IfModule proxy_module>\nProxyPass /dl.k8s.io !\n</IfModule>\nDocumentRoot",
    ),
    folder: "",
  },
  {
    title: "nobody may read",
    site: vhost("<Location />\nRequire all denied\n</Location>"),
    refused: /"Require all denied" at .*site\.conf:\d+ refuses everybody/,
  },
  {
    title: "no folder that may be read",
    site: vhost().replace(GRANTED, ""),
    refused: /"Require all denied" at/,
  },
  {
    title: "a redirection",
    site: vhost("Redirect permanent / https://h/"),
    refused: /"Redirect permanent \/ https:\/\/h\/" at .*:\d+ answers instead/,
  },
  {
    title: "a rule for all",
    site: vhost("RewriteEngine On", "RewriteRule ^ /index.html"),
    refused: /"RewriteRule \^ \/index\.html" at .* may turn/,
  },
  {
    title: "a handler",
    site: vhost("<Location />\nSetHandler server-status\n</Location>"),
    refused: /"SetHandler server-status"/,
  },
  {
    title: "an expression in a section",
    site: vhost("<If \"%{HTTP_HOST} == 'x'\">\nRequire all denied\n</If>"),
    refused: /"<If .*>" at .* decides, and is not followed/,
  },
];

function socket(...lines: readonly string[]): string {
  return `server.modules += ( "mod_redirect", "mod_rewrite", "mod_evhost" )
$SERVER["socket"] == "10.0.1.1:8080" {\nserver.document-root = "FOLDER"\n${lines.join("\n")}\n}\n`;
}

const lighttpdCases: readonly Omit<Case, "kind">[] = [
  { title: "the main socket", site: 'server.document-root := "FOLDER/"', folder: "" },
  {
    title: "a value made of others",
    site: 'top = "FOLDER"\nserver.document-root := var.top + "/sub"',
    folder: "/sub",
  },
  {
    title: "an alias",
    site: socket('alias.url = ( "/files/" => "FOLDER/sub/" )'),
    path: "/files/",
    folder: "/sub",
  },
  {
    title: "an alias added",
    site: `alias.url = ( "/a" => "/none" )\n${socket('alias.url += ( "/files" => "FOLDER/sub" )')}`,
    path: "/files/",
    folder: "/sub",
  },
  {
    title: "a host",
    site: socket('$HTTP["host"] == "127.0.0.1" { server.document-root = "FOLDER/sub" }'),
    folder: "/sub",
  },
  {
    title: "another host, and what else",
    site: socket(
      '$HTTP["host"] == "h" { server.document-root = "/no" }\nelse { server.document-root = "FOLDER/sub" }',
    ),
    folder: "/sub",
  },
  {
    title: "an expression for URLs",
    site: socket(
      '$HTTP["url"] =~ "^/x/" { server.document-root = "/no" } else $HTTP["url"] =^ "/y/" { server.document-root = "FOLDER/sub" }',
    ),
    path: "/y/",
    folder: "/sub/y",
  },
  {
    title: "included files",
    site: `${socket()}include "FOLDER/conf/*.lighty"`,
    path: "/more/",
    folder: "/sub",
  },
  {
    title: "hidden names denied",
    site: socket(
      'url.access-deny = ( "~", ".inc" )',
      '$HTTP["url"] =~ "/\\." { url.access-deny = ( "" ) }',
    ),
    folder: "",
  },
  {
    title: "a password",
    site: socket(
      'auth.backend = "plain"\nauth.backend.plain.userfile = "FOLDER/none"\nauth.require = ( "/" => ( "method" => "basic", "realm" => "x", "require" => "valid-user" ) )',
    ),
    folder: "",
    warnings: ["auth"],
    closed: true,
  },
  {
    title: "what a module that is not loaded would do",
    site: `server.document-root := "FOLDER"\nurl.redirect = ( "" => "/x" )`,
    folder: "",
  },
  {
    title: "everybody denied",
    site: socket('url.access-deny = ( "" )'),
    refused: /url\.access-deny for "" at .*:\d+ refuses everybody/,
  },
  {
    title: "a redirection",
    site: socket('url.redirect = ( "^/(.*)" => "http://h/$1" )'),
    refused: /url\.redirect for "\^\/\(\.\*\)" at .* answers instead of files/,
  },
  {
    title: "a pattern of hosts",
    site: socket('evhost.path-pattern = "FOLDER/%0/"'),
    refused: /"evhost\.path-pattern" at .* is not followed/,
  },
  {
    title: "a client's address",
    site: socket('$HTTP["remoteip"] == "10.0.0.0/8" { server.document-root = "/no" }'),
    refused: /remoteip.* decides on server\.document-root, and cannot be told/,
  },
  {
    title: "a program",
    site: `${socket()}include_shell "/bin/true"`,
    refused: /include_shell "\/bin\/true"" at .* runs a program/,
  },
];

function caddySite(...lines: readonly string[]): string {
  return `http://10.0.1.1:8080 {\nroot * FOLDER\nfile_server\n${lines.join("\n")}\n}\n`;
}

const caddyCases: readonly Omit<Case, "kind">[] = [
  { title: "a site", site: caddySite(), folder: "" },
  {
    title: "a site for all names",
    site: ":8080 {\nroot * FOLDER\nfile_server browse {\nhide .git\n}\n}",
    folder: "",
  },
  {
    title: "the more specific of two sites",
    site: `:8080 {\nrespond no\n}\n${caddySite()}`,
    folder: "",
  },
  {
    title: "several addresses",
    site: "http://a.example:8080,\nhttp://10.0.1.1:8080 {\nroot * FOLDER\nfile_server\n}",
    folder: "",
  },
  {
    title: "handle_path",
    site: caddySite("handle_path /files/* {\nroot * FOLDER/sub\nfile_server\n}"),
    path: "/files/",
    folder: "/sub",
  },
  {
    title: "handle keeps the path",
    site: caddySite("handle /files/* {\nroot * FOLDER/sub\nfile_server\n}"),
    path: "/files/",
    folder: "/sub/files",
  },
  {
    title: "the longest of several handles",
    site:
      "http://10.0.1.1:8080 {\nhandle {\nrespond no\n}\nhandle_path /a/* {\nrespond no\n}\nhandle_path /a/b/* {\nroot * FOLDER/sub\nfile_server\n}\n}",
    path: "/a/b/",
    folder: "/sub",
  },
  {
    title: "handle before handle_path, by length",
    site:
      "http://10.0.1.1:8080 {\nhandle_path /a/* {\nrespond no\n}\nhandle /a/b/* {\nroot * FOLDER/sub\nfile_server\n}\n}",
    path: "/a/b/",
    folder: "/sub/a/b",
  },
  {
    title: "a root for a path",
    site: caddySite("root /files/* FOLDER/sub"),
    path: "/files/",
    folder: "/sub/files",
  },
  {
    title: "a route",
    site: "http://10.0.1.1:8080 {\nroute {\nroot * /no\nroot * FOLDER/sub\nfile_server\n}\n}",
    folder: "/sub",
  },
  {
    title: "a named matcher",
    site: caddySite(
      "@dots path_regexp /\\.\nrespond @dots 403\n@post method POST\nrespond @post 405",
    ),
    folder: "",
  },
  {
    title: "a root of its own",
    site: "http://10.0.1.1:8080 {\nfile_server {\nroot FOLDER/sub\n}\n}",
    folder: "/sub",
  },
  {
    title: "a snippet with an argument",
    site:
      "(files) {\nroot * {args.0}\nfile_server\n}\nhttp://10.0.1.1:8080 {\nimport files FOLDER/sub\n}",
    folder: "/sub",
  },
  {
    title: "imported files",
    site: "http://10.0.1.1:8080 {\nimport FOLDER/conf/*.caddy\n}",
    folder: "/sub",
  },
  {
    title: "a variable of the environment",
    site: "http://10.0.1.1:8080 {\nroot * {$NONE:FOLDER/sub}\nfile_server\n}",
    folder: "/sub",
  },
  { title: "files first", site: caddySite("try_files {path} /index.html"), folder: "" },
  { title: "what packs", site: caddySite("encode gzip\nheader X-A b\nlog"), folder: "" },
  {
    title: "a password",
    site: caddySite(
      "basicauth {\nuser $2a$14$XjlbCosGb9nizMeRIfpkpuH.d9rhz2RPmn27/XOKuFDbnX6ZF5Wom\n}",
    ),
    folder: "",
    warnings: ["auth"],
    closed: true,
  },
  {
    title: "another name",
    site: caddySite().replace("http://10.0.1.1", "http://files.example"),
    refused: /no site is for 127\.0\.0\.1:\d+; there is http:\/\/files\.example/,
  },
  {
    title: "no file server",
    site: "http://10.0.1.1:8080 {\nroot * FOLDER\n}",
    refused: /no file_server answers there/,
  },
  {
    title: "a redirection",
    site: caddySite("redir https://h{uri}"),
    refused: /"redir https:\/\/h\{uri\}" at .*:\d+ answers instead/,
  },
  {
    title: "a proxy",
    site: caddySite("reverse_proxy 127.0.0.1:9"),
    refused: /"reverse_proxy .*" at .* answers instead/,
  },
  {
    title: "a rewrite",
    site: caddySite("rewrite * /sub{uri}"),
    folder: "/sub",
  },
  {
    title: "a root that requests decide",
    site: "http://10.0.1.1:8080 {\nroot * FOLDER/{remote}\nfile_server\n}",
    refused: /root .*\{remote\}" at .* depends on what is known only/,
  },
  {
    title: "a matcher for headers",
    site: caddySite("@h header Accept */*\nrespond @h no"),
    refused: /"respond @h no" at .* is for requests that cannot be told/,
  },
];

const cases: readonly Case[] = [
  ...apacheCases.map((one) => ({ kind: apache, ...one })),
  ...lighttpdCases.map((one) => ({ kind: lighttpd, ...one })),
  ...caddyCases.map((one) => ({ kind: caddy, ...one })),
];

/** A folder with what the sites above need in it; the answer's keys go below it. */
async function makeRoot(): Promise<string> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "binimport-site-" }));
  await Deno.chmod(root, 0o755);
  for (const name of ["sub", "conf", "ht"]) await Deno.mkdir(`${root}/${name}`);
  await Deno.writeTextFile(`${root}/ht/.htaccess`, "");
  await Deno.writeTextFile(`${root}/conf/b.conf`, `Alias /more/ ${root}/sub/`);
  await Deno.writeTextFile(`${root}/conf/b.lighty`, `alias.url += ( "/more/" => "${root}/sub/" )`);
  await Deno.writeTextFile(`${root}/conf/b.caddy`, `root * ${root}/sub\nfile_server`);
  return root;
}

for (const one of cases) {
  const { kind, title, site, path = "/", folder, refused, warnings = [], closed } = one;
  testWithTools(`${kind.name}: ${title}`, [kind.program], async () => {
    const root = await makeRoot();
    try {
      await using server = await startSite(kind, site.replaceAll("FOLDER", root));
      const base = new URL(path, server.url);
      if (folder === undefined) {
        const error = await failsWith(
          "nginx-conf",
          refused ?? /^$/,
          locate(parseWebAddress(base.href), {}),
        );
        assert.match(error.hint ?? "", /./);
        return;
      }
      const answer = await locate(parseWebAddress(base.href), {});
      assert.equal(answer.path, root + folder);
      const codes = answer.warnings.map(({ code }) => code).filter((code) =>
        code !== "missing-folder"
      );
      assert.deepEqual(codes, warnings);
      assert.deepEqual(answer.elsewhere, []);
      const key = "dl.k8s.io/release/kubelet.tgz";
      assert.equal(
        (await locate(parseWebAddress(`${base.href}${key}`), {})).path,
        `${answer.path}/${key}`,
      );
      await Deno.mkdir(`${answer.path}/dl.k8s.io/release`, { recursive: true });
      await Deno.writeTextFile(`${answer.path}/${key}`, title);
      const served = await fetch(`${base.href}${key}`);
      const body = await served.text();
      if (closed) assert.ok([401, 403, 500].includes(served.status), `status ${served.status}`);
      else assert.equal(body, title);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  });
}
