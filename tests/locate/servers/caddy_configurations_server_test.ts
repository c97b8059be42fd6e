/** Caddy: whole configurations as they are found in the field, each held to what it serves. */
import { caddy } from "../../support/http_servers.ts";
import {
  ALL,
  caddyBlock as bare,
  caddySite as site,
  testWhole,
  type Whole,
} from "../../support/locate/whole_configurations.ts";

const DOWN = "reverse_proxy 127.0.0.1:9";

const addresses: readonly Whole[] = [
  {
    title: "auto_https off leaves TLS to a site with a host",
    site: "{\nadmin off\nauto_https off\n}\n10.0.1.1:8080 {\nroot * FOLDER\nfile_server\n}\n",
  },
  {
    title: "auto_https disable_redirects",
    site:
      "{\nadmin off\nauto_https disable_redirects\n}\nhttp://10.0.1.1:8080 {\nroot * FOLDER\nfile_server\n}\n",
  },
  {
    title: "tls for every host, which asks for TLS since 2.7.5 alone",
    site:
      "{\nadmin off\nauto_https disable_redirects\nskip_install_trust\n}\n:8080 {\ntls internal\nroot * FOLDER\nfile_server\n}\n",
  },
  {
    title: "tls for every host, which says how",
    site:
      "{\nadmin off\nauto_https disable_redirects\nskip_install_trust\n}\n:8080 {\ntls internal {\nprotocols tls1.2\n}\nroot * FOLDER\nfile_server\n}\n",
  },
  {
    title: "one site with a host has all of its port speak TLS",
    site:
      "{\nadmin off\nauto_https off\n}\n:8080 {\nroot * FOLDER\nfile_server\n}\nfiles.example:8080 {\nrespond 404\n}\n",
  },
  {
    title: "auto_https off on the port for TLS",
    site:
      "{\nadmin off\nauto_https off\nhttps_port 8080\n}\n:8080 {\nroot * FOLDER\nfile_server\n}\n",
  },
  {
    title: "the port for TLS",
    site:
      "{\nadmin off\nauto_https disable_redirects\nskip_install_trust\nhttps_port 8080\n}\n:8080 {\nroot * FOLDER\nfile_server\n}\n",
  },
  {
    title: "a byte order mark",
    site: "\ufeffhttp://10.0.1.1:8080 {\nroot * FOLDER\nfile_server\n}\n",
  },
  {
    title: "byte order marks in imported files",
    site: bare("import FOLDER/own.caddy"),
    files: { "own.caddy": "\ufeffroot * FOLDER\r\nfile_server\r\n" },
  },
];

const matchers: readonly Whole[] = [
  {
    title: "matchers of the site in handle and route",
    site: bare(
      "@bin path *.gz *.tgz",
      "@curl header User-Agent *Mozilla*",
      "handle /files/* {\nroot @bin FOLDER\nfile_server\n}",
      "route {\nheader @curl X-A b\nroot * FOLDER\nfile_server\n}",
    ),
  },
  {
    title: "a matcher of a handle",
    site: bare("handle {\n@x path /x.*\nrespond @x 403\nroot * FOLDER\nfile_server\n}"),
  },
  {
    title: "several paths, methods and negations",
    site: site(
      "@a {\npath /x.*\npath /page\nmethod GET\nnot path *.sh\n}",
      "respond @a 403",
      "@post method POST PUT",
      "respond @post 405",
    ),
  },
  {
    title: "headers that nodes do not send, and those that they do",
    site: site(
      "@robot header User-Agent *Googlebot*",
      "respond @robot 403",
      "@referred {\nheader Referer *\nnot header Referer https://files.example/*\n}",
      "respond @referred 403",
      "@member header_regexp Cookie session=(.+)",
      "redir @member /member",
      "@none header !X-Token",
      "respond /page.html 404",
    ),
  },
  {
    title: "a token that is missing",
    site: site("@none header !X-Token", "respond @none 401"),
  },
  { title: "queries", site: site("@q query version=2", "respond @q 404"), paths: ["/page?a=b"] },
  {
    title: "files that are there",
    site: site(
      "@missing not file",
      "rewrite @missing /index.html",
      "@there file {path} {path}.html",
      "respond @there 204",
    ),
  },
  {
    title: "a single page application's fallback",
    site: site(
      "@app {\nnot file\nnot path /api/*\n}",
      "handle @app {\nrewrite * /index.html\nfile_server\n}",
    ),
  },
  {
    title: "hosts",
    site: site(
      "@other host files.example *.files.example",
      "redir @other https://files.example{uri}",
      "@own host 127.0.0.*",
      "respond @own 403",
    ),
  },
  {
    title: "clients' addresses",
    site: site("@in remote_ip 192.0.2.0/24", "respond @in 403"),
    strict: ALL,
  },
];

const rewrites: readonly Whole[] = [
  {
    title: "the first rewrite that matches is the only one",
    site: site(
      "rewrite /page.html /page",
      "rewrite /page* /index.html",
      "rewrite /x.* /files/x.tar.gz",
    ),
  },
  {
    title: "in a route, one rewrite follows the other",
    site: bare(
      "route {\nrewrite /page.html /page\nrewrite /page /x.pl\nroot * FOLDER\nfile_server\n}",
    ),
  },
  {
    title: "what a block did to a request stays behind it",
    site: site(
      "handle_path /files/* {\nroot * FOLDER/files\nheader X-A b\n}",
      "route /dl.k8s.io/* {\nuri strip_prefix /dl.k8s.io\n}",
    ),
    paths: ["/dl.k8s.io/page"],
  },
  {
    title: "two roots for the same requests",
    site: site("root * FOLDER/files"),
    paths: ["/x.tar.gz"],
    strict: [...ALL, "/x.tar.gz"],
  },
  { title: "php_fastcgi", site: site("php_fastcgi 127.0.0.1:9") },
  { title: "php_fastcgi for a path", site: site("php_fastcgi /files/* 127.0.0.1:9") },
  {
    title: "php_fastcgi with other endings, and all to one",
    site: site("php_fastcgi 127.0.0.1:9 {\nsplit .pl\n}"),
  },
  {
    title: "php_fastcgi before files",
    site: site("php_fastcgi 127.0.0.1:9 {\ntry_files index.php\n}"),
    strict: ALL,
  },
  { title: "try_files {path}", site: site("try_files {path} /index.html") },
  { title: "try_files {path}.html {path}", site: site("try_files {path}.html {path}") },
  { title: "try_files with folders", site: site("try_files {path}/ {path} /index.html") },
  { title: "try_files for one file", site: site("try_files /index.html") },
  { title: "try_files with a file that is not there", site: site("try_files /none {path}") },
  {
    title: "strip_prefix",
    site: site("uri strip_prefix /mirror"),
    paths: ["/mirror/files/x.tar.gz"],
  },
  {
    title: "strip_prefix for a path",
    site: bare(
      "handle /mirror/* {\nuri strip_prefix /mirror\nroot * FOLDER\nfile_server\n}",
      "respond 404",
    ),
    paths: ["/mirror/files/x.tar.gz"],
  },
  {
    title: "strip_suffix and replace",
    site: site("uri /page.html strip_suffix .html", "uri /dl/* replace /dl/ /dl.k8s.io/"),
    paths: ["/dl/kubelet"],
  },
  {
    title: "a rewrite into a folder",
    site: site("rewrite /k8s/* /dl.k8s.io{path}", "rewrite /mirror/* /files/deep/y.tgz"),
    paths: ["/k8s/kubelet", "/mirror/y.tgz"],
  },
  {
    title: "a rewrite by the host",
    site: bare("root * FOLDER", "rewrite * /{host}{uri}", "file_server"),
    files: { "127.0.0.1/page": "FOLDER/127.0.0.1/page" },
  },
  {
    title: "environment, when it starts and when a request comes",
    site: bare(
      "root * {env.WEB_ROOT}",
      "file_server",
      "handle_path /{$PREFIX}/* {\nroot * {$WEB_ROOT:/none}/files\nfile_server\n}",
      "handle_path /none/* {\nroot * FOLDER{env.NOT_SET}\nfile_server\n}",
    ),
    env: { WEB_ROOT: "FOLDER", PREFIX: "mirror" },
    paths: ["/mirror/x.tar.gz", "/none/page"],
  },
  {
    title: "a file of variables, which count more than the environment's",
    site: bare("root * {$WEB_ROOT}/{$NAME}", "file_server", "respond /{env.CLOSED} 403"),
    env: { WEB_ROOT: "/none", NAME: "files" },
    args: ["--envfile", "FOLDER/env"],
    files: { env: '# where\nexport WEB_ROOT=FOLDER # here\n\nCLOSED="deep/y.tgz"\n' },
    paths: ["/x.tar.gz", "/deep/y.tgz"],
  },
  {
    title: "environment with letters beyond ASCII",
    site: bare(
      "root * {$WEB_ROOT}",
      "file_server",
      "handle_path /mirror/* {\nroot * {env.WEB_ROOT}/x\nfile_server\n}",
    ),
    env: { WEB_ROOT: "FOLDER/文件" },
    files: { "文件/page": "FOLDER/文件/page", "文件/x/page": "FOLDER/文件/x/page" },
    paths: ["/mirror/page"],
  },
  {
    title: "a root by the host",
    site: bare("root * FOLDER/{host}", "file_server"),
    files: { "127.0.0.1/page": "FOLDER/127.0.0.1/page" },
  },
];

const order: readonly Whole[] = [
  {
    title: "order: files before answers",
    site: `{\nadmin off\norder file_server before respond\n}\n${site("respond 404")}`,
  },
  {
    title: "order: answers first",
    site: `{\nadmin off\norder respond first\n}\n${site("respond /files/* 404")}`,
  },
  {
    title: "order: a rewrite after try_files",
    site: `{\nadmin off\norder rewrite after try_files\norder uri last\n}\n${
      site("uri strip_prefix /files", "rewrite /page /page.html")
    }`,
  },
  {
    title: "snippets with arguments, in site and file",
    site:
      `(files) {\nhandle_path {args.0} {\nroot * {args.1}\nfile_server {\nhide {args.2}\n}\n}\n}\n${
        bare(
          "import files /mirror/* FOLDER/files *.gz",
          "import FOLDER/more.caddy FOLDER",
          "respond 404",
        )
      }`,
    files: { "more.caddy": "handle /dl.k8s.io/* {\nroot * {args.0}\nfile_server\n}\n" },
    paths: ["/mirror/x.tar.gz", "/mirror/deep/y.tgz"],
  },
  {
    title: "snippets within snippets",
    site: `(root) {\nroot * {args.0}\n}\n(all) {\nimport root FOLDER\nfile_server\n}\n${
      bare("import all")
    }`,
  },
  {
    title: "hidden by name, by path, by pattern",
    site: bare("root * FOLDER", "file_server {\nhide deep FOLDER/dl.k8s.io FOLDER/x.*\n}"),
  },
  {
    title: "hidden, and a relative path",
    site: bare("root * FOLDER", "file_server browse {\nhide .git ./none *.sh\n}"),
  },
];

/** Images, panels and mirrors. */
const installations: readonly Whole[] = [
  {
    title: "the image caddy, with its default Caddyfile",
    site:
      ":8080 {\n\t# Set this path to your site's directory.\n\troot * FOLDER\n\n\t# Enable the static file server.\n\tfile_server\n\n\t# Another common task is to set up a reverse proxy:\n\t# reverse_proxy localhost:8080\n}\n",
  },
  {
    title: "Harbor and Nexus behind, files in front",
    site: bare(
      `handle /v2/* {\n${DOWN}\n}`,
      `handle_path /repository/* {\n${DOWN}\n}`,
      "handle {\nroot * FOLDER\nfile_server browse\n}",
    ),
    paths: ["/v2/x", "/repository/x"],
  },
  {
    title: "a mirror with headers for what is packed",
    site: site(
      "encode zstd gzip",
      "@archives path *.gz *.tgz *.zst",
      "header @archives Content-Type application/octet-stream",
      "header /files/* Cache-Control no-store",
      "log {\noutput discard\n}",
      "@hidden path */.*",
      "error @hidden 404",
      "handle_errors {\nrespond {err.status_code}\n}",
    ),
  },
  {
    title: "a password for one folder",
    site: site(
      "basicauth /files/* {\nuser $2a$14$XjlbCosGb9nizMeRIfpkpuH.d9rhz2RPmn27/XOKuFDbnX6ZF5Wom\n}",
    ),
  },
  {
    title: "two sites on a port, by name",
    site:
      `http://files.example:8080 {\nrespond 404\n}\nhttp://127.0.0.*:8080, http://localhost:8080 {\nroot * FOLDER/files\nfile_server\n}\n`,
    paths: ["/x.tar.gz", "/deep/y.tgz"],
  },
];

testWhole(caddy, [...addresses, ...matchers, ...rewrites, ...order, ...installations]);
