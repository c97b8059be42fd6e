/** lighttpd: relatives of configurations that were once read wrongly, each held to what it serves. */
import { lighttpd } from "../../support/http_servers.ts";
import { ALL, testWhole, type Whole } from "../../support/locate/whole_configurations.ts";

function site(...lines: readonly string[]): string {
  return [
    'server.modules += ( "mod_redirect", "mod_rewrite", "mod_proxy", "mod_cgi", "mod_evhost" )',
    'server.document-root := "FOLDER"',
    ...lines,
  ].join("\n");
}

const DENY = 'url.access-deny = ( "" )';

const cases: readonly Whole[] = [
  {
    title: "endings of several dots",
    site: site('static-file.exclude-extensions = ( ".tar.gz", "l" )'),
  },
  { title: "endings, none of them", site: site("static-file.exclude-extensions = ( )") },
  {
    title: "hosts with and without a port",
    site: site(`$HTTP["host"] == "10.0.1.1:8080" { ${DENY} }`),
  },
  { title: "hosts, negated", site: site(`$HTTP["host"] != "10.0.1.1" { ${DENY} }`) },
  {
    title: "hosts by an expression",
    site: site(
      `$HTTP["host"] =~ "^10\\.0\\.1\\.1(:\\d+)?$" { $HTTP["url"] =~ "^/files/" { ${DENY} } }`,
    ),
  },
  { title: "methods", site: site(`$HTTP["request-method"] !~ "^(GET|HEAD)$" { ${DENY} }`) },
  { title: "agents of browsers", site: site(`$HTTP["useragent"] =~ "Mozilla|Chrome" { ${DENY} }`) },
  { title: "agents of nodes", site: site(`$HTTP["useragent"] =~ "curl" { ${DENY} }`), strict: ALL },
  {
    title: "cookies and referers",
    site: site(
      `$HTTP["cookie"] =~ "x=" { ${DENY} }`,
      `$HTTP["referer"] !~ "^($|http://h)" { ${DENY} }`,
    ),
  },
  {
    title: "addresses of clients",
    site: site(`$HTTP["remoteip"] != "127.0.0.1" { ${DENY} }`),
    strict: ALL,
  },
  { title: "headers", site: site(`$REQUEST_HEADER["X-Closed"] == "1" { ${DENY} }`) },
  {
    title: "schemes",
    site: site(
      `$HTTP["scheme"] == "https" { ${DENY} }`,
      `else $HTTP["url"] == "/page" { ${DENY} }`,
    ),
  },
  {
    title: "prefixes and endings",
    site: site(`$HTTP["url"] =^ "/files/" { ${DENY} }`, `$HTTP["url"] =$ ".sh" { ${DENY} }`),
  },
  { title: "a query", site: site(`$HTTP["querystring"] =~ "." { ${DENY} }`) },
  {
    title: "what a later block sets again",
    site: site(
      `$HTTP["url"] =~ "^/files/" { ${DENY} }`,
      `$HTTP["url"] =~ "^/files/deep/" { url.access-deny = ( ".x" ) }`,
    ),
  },
  {
    title: "what is added in a block",
    site: site(
      'url.access-deny = ( ".pl" )',
      `$HTTP["url"] =~ "^/x" { url.access-deny += ( ".sh" ) }`,
    ),
  },
  {
    title: "aliases, of which the first counts",
    site: site('alias.url = ( "/m/deep/" => "FOLDER/files/deep/", "/m/" => "FOLDER/" )'),
    paths: ["/m/page", "/m/deep/y.tgz"],
  },
  {
    title: "an alias that is longer than its path",
    site: site('alias.url = ( "/m" => "FOLDER/files" )'),
    paths: ["/m/x.tar.gz"],
  },
  {
    title: "an alias under a condition",
    site: site(
      `$HTTP["url"] =~ "^/files/" { alias.url = ( "/files/" => "FOLDER/files/" ) }`,
      'alias.url += ( "/m/" => "FOLDER/" )',
    ),
    paths: ["/m/page"],
  },
  {
    title: "values made of others",
    site: site(
      'var.base = "FOLDER"',
      'var.sub = "/files"',
      'alias.url = ( "/m/" => var.base + sub + "/" )',
    ),
    paths: ["/m/x.tar.gz"],
  },
  {
    title: "values of the environment",
    site: site('alias.url = ( "/m/" => env.TOP + "/files/" )'),
    env: { TOP: "FOLDER" },
    paths: ["/m/x.tar.gz"],
  },
  {
    title: "a document root under a condition",
    site: site(`$HTTP["host"] =~ "" { server.document-root = "FOLDER/files" }`),
    paths: ["/x.tar.gz"],
  },
  {
    title: "rewrites that leave a path alone",
    site: site('url.rewrite-once = ( "^/none/(.*)" => "/$1" )'),
  },
  {
    title: "rewrites to the path itself",
    site: site('url.rewrite-once = ( "^/files/(.*)" => "/files/$1" )'),
    strict: ["/files/x.tar.gz", "/files/deep/y.tgz"],
  },
  {
    title: "rewrites of an application, of what is missing",
    site: site(
      'url.rewrite-if-not-file = ( "" => "/index.html" )',
      'url.rewrite-repeat-if-not-file = ( "^/x" => "/page" )',
    ),
  },
  {
    title: "redirections with a status",
    site: site('url.redirect = ( "^/page$" => "/page.html" )', "url.redirect-code = 302"),
  },
  {
    title: "proxies by prefix and by ending",
    site: site(
      'proxy.server = ( "/files/deep" => (( "host" => "127.0.0.1", "port" => 9 )), ".pl" => (( "host" => "127.0.0.1", "port" => 9 )) )',
    ),
  },
  {
    title: "programs by their endings",
    site: site('cgi.assign = ( ".pl" => "/usr/bin/perl", ".sh" => "" )'),
  },
  {
    title: "a key of a module that is not loaded",
    site: 'server.document-root := "FOLDER"\nurl.redirect = ( "" => "http://h/" )\n',
  },
  {
    title: "hosts by their folders",
    site: site('evhost.path-pattern = "FOLDER/%0/"'),
    strict: ALL,
  },
  {
    title: "names of files in either case",
    site: site('server.force-lowercase-filenames = "disable"'),
  },
  {
    title: "a list with a comma at its end, over lines, with comments",
    site: site('url.access-deny = ( # those\n  ".pl", # of Perl\n  ".sh",\n)'),
  },
  {
    title: "words behind each other on a line",
    site: site(`$HTTP["url"] == "/page" { ${DENY} } $HTTP["url"] == "/x.sh" { ${DENY} }`),
  },
  {
    title: "an include by a pattern",
    site: site('include "FOLDER/conf/*.conf"'),
    files: { "conf/a.conf": `$HTTP["url"] == "/page" { ${DENY} }\n`, "conf/b.txt": `${DENY}\n` },
  },
  {
    title: "names in lower case",
    site: site('server.force-lowercase-filenames = "enable"'),
    paths: ["/FILES/Deep/Y.TGZ"],
  },
  {
    title: "folders of users",
    site: site(
      'server.modules += ( "mod_userdir" )',
      'userdir.basepath = "FOLDER/"',
      'userdir.path = "deep"',
    ),
    paths: ["/~files/y.tgz"],
    strict: ["/~files/y.tgz"],
  },
  {
    title: "a file within a condition",
    site: site(`$HTTP["url"] =~ "^/files/" {\n  include "FOLDER/deny.conf"\n}`),
    files: { "deny.conf": `${DENY}\n` },
  },
];

testWhole(lighttpd, cases);
