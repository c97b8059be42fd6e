/** Caddy: relatives of configurations that were once read wrongly, each held to what it serves. */
import { caddy } from "../../support/http_servers.ts";
import {
  ALL,
  caddyBlock as bare,
  caddySite as site,
  testWhole,
  type Whole,
} from "../../support/locate/whole_configurations.ts";

const OPTIONS = "{\nadmin off\nauto_https off\n}\n";

const texts: readonly Whole[] = [
  {
    title: "lines that a backslash continues",
    site: bare("root \\\n  * \\\n  FOLDER", "file_server", "respond /page \\\n\t403"),
  },
  { title: "a backslash within a word ends it", site: site("respond /page\\\n403") },
  {
    title: "a comment behind words, and a # within one",
    site: site("respond /page 403 # note", "respond /x#y 403", 'respond /x.sh "a # b" 403'),
  },
  { title: "words in back quotes", site: site("respond `/page` 403", 'respond "/x.sh" 403') },
  {
    title: "CRLF",
    site: bare("root * FOLDER", "file_server", "respond /page 403").replaceAll("\n", "\r\n"),
  },
  {
    title: "addresses on several lines",
    site:
      `${OPTIONS}http://none.example:8080,\nhttp://10.0.1.1:8080 {\nroot * FOLDER\nfile_server\n}\n`,
  },
  {
    title: "a site without braces",
    site: "http://10.0.1.1:8080\nroot * FOLDER\nfile_server\nrespond /page 403\n".replace(
      /^/,
      OPTIONS.replace(/^/, ""),
    ),
    strict: [],
  },
  {
    title: "variables with defaults",
    site: site(
      "respond {$CLOSED:/page} 403",
      "respond {$NONE}/x.sh 403",
      "respond {$OPEN:/x.pl} 403",
    ),
    env: { OPEN: "/none" },
  },
  {
    title: "a snippet with arguments",
    site: `(closed) {\nrespond {args.0} {args.1}\n}\n${
      site("import closed /page 403", "import closed /files/* 404")
    }`.replace(/^/, OPTIONS),
  },
];

const matchers: readonly Whole[] = [
  {
    title: "a matcher with two conditions",
    site: site("@a {\npath /files/*\nnot header X-A *\n}", "respond @a 403"),
  },
  { title: "a matcher of the query", site: site("@a query a=b", "respond @a 403") },
  {
    title: "a matcher of any query",
    site: site("@a not query a=*", "respond @a 403"),
    strict: ALL,
  },
  {
    title: "expressions",
    site: site(
      "@a path_regexp \\.t?gz$",
      "respond @a 403",
      "@b path_regexp name ^/(page|x)",
      "error @b 404",
    ),
  },
  {
    title: "an expression in either case",
    site: site("@a path_regexp (?i)\\.TGZ$", "respond @a 403"),
  },
  {
    title: "protocols and hosts",
    site: site(
      "@tls protocol https",
      "respond @tls 403",
      "@name host *.example 10.0.1.1",
      "respond @name 404",
    ),
  },
  {
    title: "a star is a whole label of a host, never a part of one",
    site: site(
      "@part host 12*.0.0.1",
      "respond @part 403",
      "@whole host 127.*.0.1",
      "error @whole 404",
    ),
  },
  {
    title: "addresses of clients",
    site: site("@far not remote_ip 127.0.0.0/8", "respond @far 403"),
    strict: ALL,
  },
  {
    title: "files that are there",
    site: site("@a file {path}.html", "respond @a 403", "@b file", "header @b X-A b"),
    strict: ALL,
  },
  { title: "not with a path", site: site("@a not path /files/* /page", "respond @a 403") },
  { title: "paths in other cases", site: site("respond /PAGE 403", "respond /FILES/* 403") },
  {
    title: "paths with a star in front, in the middle and at both ends",
    site: site(
      "@a path *.tgz",
      "respond @a 403",
      "@b path *deep*",
      "respond @b 404",
      "@c path /d*/kube*",
      "respond @c 410",
    ),
  },
  {
    title: "a path of a folder without what is in it",
    site: site("respond /files 403", "respond /files/ 403"),
  },
];

const routes: readonly Whole[] = [
  {
    title: "handles exclude each other",
    site: bare(
      "root * FOLDER",
      "handle /files/deep/* {\nrespond 403\n}",
      "handle /files/* {\nfile_server\n}",
      "handle {\nfile_server\n}",
    ),
  },
  {
    title: "a handle_path beside a handle",
    site: bare(
      "handle_path /files/* {\nroot * FOLDER/files\nfile_server\n}",
      "handle {\nroot * FOLDER\nfile_server\n}",
    ),
  },
  {
    title: "a handle_path within a handle_path",
    site: bare("handle_path /a/* {\nhandle_path /b/* {\nroot * FOLDER\nfile_server\n}\n}"),
    paths: ["/a/b/page", "/a/page"],
  },
  {
    title: "a route in its own order",
    site: bare("route {\nrespond /page 403\nroot * FOLDER\nfile_server /files/*\nrespond 404\n}"),
  },
  {
    title: "roots, of which the most specific counts",
    site: bare("root * FOLDER", "root /files/* FOLDER/none", "file_server"),
  },
  {
    title: "a root of a file server",
    site: bare(
      "root * FOLDER/none",
      "file_server /files/* {\nroot FOLDER\n}",
      "file_server {\nroot FOLDER\n}",
    ),
  },
  {
    title: "stripped prefixes",
    site: site("uri /mirror/* strip_prefix /mirror"),
    paths: ["/mirror/page", "/mirror/files/x.tar.gz"],
  },
  { title: "a stripped suffix", site: site("uri strip_suffix .txt"), paths: ["/page.txt"] },
  {
    title: "rewrites within a route",
    site: bare("root * FOLDER", "route /m/* {\nuri strip_prefix /m\nfile_server\n}", "file_server"),
    paths: ["/m/page"],
  },
  { title: "a rewrite of the path to itself", site: site("rewrite /files/* {path}") },
  { title: "try_files of an application", site: site("try_files {path} /index.html") },
  {
    title: "try_files that look for another name first",
    site: site("try_files {path}.html {path}"),
  },
  {
    title: "try_files of PHP",
    site: site("try_files {path} {path}/index.php /index.html", "php_fastcgi 127.0.0.1:9"),
  },
  {
    title: "a redirection with a matcher",
    site: site("redir /page /page.html", "redir /files/deep/* https://h{uri} permanent"),
  },
  {
    title: "a redirection to TLS",
    site: site("@http protocol http", "redir @http https://{host}{uri}"),
  },
  {
    title: "credentials for a folder",
    site: site(
      "basicauth /files/* {\na JDJhJDE0JHV5MVJsLjNaZHlmN0hpMTVQdGpiUnVGNE1LTDdFYmpubHl2N21mLklzazFJazMyREpqQmVt\n}",
    ),
  },
  {
    title: "hidden names",
    site: bare("root * FOLDER", "file_server {\nhide *.pl deep FOLDER/page\n}"),
  },
  {
    title: "a proxy for what is no file",
    site: site("@gone not file", "reverse_proxy @gone 127.0.0.1:9"),
  },
  {
    title: "an order of one's own",
    site: `{\nadmin off\nauto_https off\norder respond before file_server\norder root last\n}\n${
      bare("root * FOLDER", "file_server", "respond /page 403")
    }`,
    strict: ALL,
  },
  {
    title: "errors and their handler",
    site: site("error /page 404", "handle_errors {\nrewrite * /index.html\nfile_server\n}"),
  },
  {
    title: "methods",
    site: site("@w method PUT POST DELETE", "respond @w 405", "method /page POST"),
  },
  {
    title: "compressed files",
    site: bare(
      "root * FOLDER",
      "encode gzip zstd",
      "file_server {\nprecompressed gzip\nindex none\ndisable_canonical_uris\n}",
    ),
  },
  {
    title: "a file server that passes on what is missing",
    site: bare("root * FOLDER", "route {\nfile_server {\npass_thru\n}\nrespond 404\n}"),
  },
];

testWhole(caddy, [...texts, ...matchers, ...routes]);
