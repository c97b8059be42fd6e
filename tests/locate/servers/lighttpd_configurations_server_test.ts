/** lighttpd: whole configurations as they are found in the field, each held to what it serves. */
import { lighttpd } from "../../support/http_servers.ts";
import { ALL, testWhole, type Whole } from "../../support/locate/whole_configurations.ts";

/** A folder behind the main socket, with these lines. */
function site(...lines: readonly string[]): string {
  return [
    'server.modules += ( "mod_redirect", "mod_rewrite", "mod_setenv", "mod_indexfile" )',
    'server.document-root := "FOLDER"',
    ...lines,
  ].join("\n");
}

const DENY = 'url.access-deny = ( "" )';

const cases: readonly Whole[] = [
  {
    title: "endings that are not served as they are",
    site: site('static-file.exclude-extensions = ( ".php", ".pl", ".fcgi" )'),
  },
  {
    title: "endings, of some paths",
    site: site(
      'static-file.exclude-extensions = ( ".pl" )',
      '$HTTP["url"] =~ "^/files/" { static-file.exclude-extensions += ( ".gz" ) }',
      '$HTTP["url"] =~ "^/x" { static-file.exclude-extensions = ( ".sh" ) }',
    ),
  },
  {
    title: "what is denied, where there is what is allowed",
    site: site('url.access-deny = ( ".gz", ".pl" )', 'url.access-allow = ( ".gz", ".html" )'),
  },
  { title: "what is denied", site: site('url.access-deny = ( "~", ".inc", ".pl" )') },
  {
    title: "else, and else with conditions",
    site: site(
      `$HTTP["url"] =~ "^/files/" { ${DENY} }`,
      `else $HTTP["url"] == "/page" { ${DENY} }`,
      `else $HTTP["url"] =~ "\\.(pl|sh)$" { ${DENY} }`,
      'else { static-file.exclude-extensions = ( ".php" ) }',
    ),
  },
  {
    title: "else if, which this version may not know",
    site: site(
      `$HTTP["url"] =~ "^/files/" { ${DENY} }`,
      `else if $HTTP["url"] == "/page" { ${DENY} }`,
    ),
    strict: ALL,
  },
  {
    title: "elsif, which this version may not know",
    site: site(
      `$HTTP["url"] =~ "^/files/" { ${DENY} }`,
      `elsif $HTTP["url"] == "/page" { ${DENY} }`,
    ),
    strict: ALL,
  },
  {
    title: "conditions that a node's request does not meet",
    site: site(
      `$HTTP["useragent"] =~ "(MSIE|Googlebot)" { ${DENY} }`,
      `$HTTP["user-agent"] =~ "^Mozilla" { ${DENY} }`,
      `$HTTP["referer"] =~ "." { ${DENY} }`,
      `$HTTP["cookie"] =~ "session" { ${DENY} }`,
      `$HTTP["language"] =~ "de" { ${DENY} }`,
      `$HTTP["request-method"] == "POST" { ${DENY} }`,
      `$HTTP["scheme"] == "https" { ${DENY} }`,
      `$HTTP["querystring"] =~ "x" { ${DENY} }`,
      `$REQUEST_HEADER["X-Token"] == "x" { ${DENY} }`,
      `$HTTP["host"] =~ "^www\\." { url.redirect = ( "" => "https://files.example" ) }`,
    ),
    paths: ["/page?x", "/page?y"],
  },
  {
    title: "conditions that it meets",
    site: site(
      `$HTTP["referer"] == "" { $HTTP["url"] =^ "/files" { ${DENY} } }`,
      `$REQUEST_HEADER["X-Token"] != "x" { $HTTP["url"] =$ ".pl" { ${DENY} } }`,
    ),
  },
  {
    title: "conditions that some of what fetches meets",
    site: site(`$HTTP["useragent"] =~ "curl|Wget" { ${DENY} }`),
  },
  {
    title: "hosts, whose port expressions see",
    site: site(
      '$HTTP["host"] =~ "^127.0.0.1$" { server.document-root = "/none" }',
      `$HTTP["host"] =~ "^127.0.0.1:[0-9]+$" { ${DENY.replace('""', '".sh"')} }`,
      '$HTTP["host"] == "127.0.0.1" { static-file.exclude-extensions = ( ".pl" ) }',
    ),
  },
  {
    title: "clients' addresses",
    site: site(`$HTTP["remoteip"] == "192.0.2.0/24" { ${DENY} }`),
    strict: ALL,
  },
  {
    title: "cat of some files",
    site: site('include_shell "cat FOLDER/etc/*.conf FOLDER/one 2>/dev/null"'),
    files: {
      "etc/a.conf": 'alias.url += ( "/mirror/" => "FOLDER/files/" )\n',
      "one": 'url.access-deny = ( ".pl" )\n',
    },
    paths: ["/mirror/x.tar.gz"],
  },
  {
    title: "values of the environment and of where it was started",
    site: site(
      'alias.url = ( "/mirror/" => env.WEB_ROOT + "/" )',
      'alias.url += ( "/started/" => var.CWD + "/empty/" )',
      'include env.WEB_ROOT + "/more.conf"',
    ),
    env: { WEB_ROOT: "FOLDER/文件" },
    files: {
      "文件/x.tar.gz": "FOLDER/文件/x.tar.gz",
      "文件/more.conf": 'alias.url += ( "/dl/" => "FOLDER/files/" )\n',
    },
    paths: ["/mirror/x.tar.gz", "/started/x", "/dl/x.tar.gz"],
  },
  {
    title: "what a condition adds to is what stands around it",
    site: site(
      'url.access-deny = ( ".pl" )',
      '$HTTP["url"] =~ "." { url.access-deny += ( ".sh" ) }',
      '$HTTP["url"] =~ "/" { url.access-deny += ( ".html" )\n$HTTP["url"] =~ "x" { url.access-deny += ( ".gz" ) } }',
      '$HTTP["url"] =^ "/f" { alias.url += ( "/files/deep/" => "FOLDER/files/" ) }',
    ),
  },
  {
    title: "links that are not followed",
    site: site('server.follow-symlink = "disable"'),
    links: { mirror: "files", "files/link": "x.tar.gz" },
    paths: ["/mirror/x.tar.gz", "/files/link"],
  },
  {
    title: "links",
    site: site(),
    links: { mirror: "files" },
    paths: ["/mirror/x.tar.gz"],
  },
  {
    title: "rules for files that are not there",
    site: site('url.rewrite-if-not-file = ( "(.*)" => "/index.html" )'),
  },
  { title: "rules for all", site: site('url.rewrite-once = ( "^/files/(.*)" => "/page" )') },
  {
    title: "rules that leave some as they are, and give others to a program",
    site: site(
      'url.rewrite-once = ( "^/files/.*" => "$0", "^/dl\\.k8s\\.io/" => "", "^/(page.*)" => "/$1", "(.*)" => "/index.php?q=$1" )',
    ),
  },
  {
    title: "a rule into another folder, where other conditions hold",
    site: site(
      'url.rewrite-once = ( "^/mirror/(.*)" => "/files/$1?mirrored", "^/files/" => "/page" )',
      '$HTTP["querystring"] == "mirrored" { url.access-deny = ( ".tgz" ) }',
      '$HTTP["url"] =~ "^/mirror" { url.access-deny = ( "" ) }',
    ),
    paths: ["/mirror/x.tar.gz", "/mirror/deep/y.tgz"],
  },
  {
    title: "a path as rules see it, before them and behind them",
    site: site(
      'url.rewrite-once = ( "^/a/(x.*)" => "/files//none/../$1", "^/page" => "//page.html" )',
      'url.redirect = ( "^/page" => "/x", "^/dl\\.k8s" => "/x", "%" => "/x" )',
    ),
    paths: ["/a//x.tar.gz", "/a/%78.tar.gz", "/b/../dl%2Ek8s.io/kubelet", "/x%20y", "/x%2By"],
  },
  {
    title: "rules that are looked at again",
    site: site('url.rewrite-repeat = ( "^/a/(.*)" => "/b/$1", "^/b/(.*)" => "/files/$1" )'),
    paths: ["/a/x.tar.gz", "/b/deep/y.tgz"],
  },
  {
    title: "rules without an end",
    site: site('url.rewrite-repeat = ( "^/files/(.*)" => "/files/$1" )'),
  },
  {
    title: "rules with the groups of a condition",
    site: site('$HTTP["host"] =~ "(.*)" { url.rewrite-once = ( "^/files/(.*)" => "/%1/$1" ) }'),
    files: { "127.0.0.1/x.tar.gz": "FOLDER/127.0.0.1/x.tar.gz" },
    strict: ["/files/x.tar.gz"],
  },
  {
    title: "redirections, of which some are none",
    site: site('url.redirect = ( "^/files/deep/" => "", "^/files/" => "/mirror/", "x$" => "/y" )'),
    paths: ["/page?x"],
  },
  {
    title: "Debian's own file",
    site: `server.modules += (\n\t"mod_indexfile",\n\t"mod_redirect",\n)
server.document-root        := "FOLDER"
server.feature-flags       += ("server.h2proto" => "enable")
server.feature-flags       += ("server.graceful-shutdown-timeout" => 5)
server.http-parseopts = (
  "header-strict"           => "enable",# default
  "url-path-2f-decode"      => "enable",# recommended
)
index-file.names            = ( "index.php", "index.html" )
url.access-deny             = ( "~", ".inc" )
static-file.exclude-extensions = ( ".php", ".pl", ".fcgi" )
include_shell "/usr/share/lighttpd/use-ipv6.pl " + server.port
include "FOLDER/none/*.conf"
server.modules += (\n\t"mod_dirlisting",\n\t"mod_staticfile",\n)`,
  },
  {
    title: "a mirror with listings and hosts",
    site: site(
      'server.modules += ( "mod_dirlisting" )',
      'dir-listing.activate = "enable"',
      '$HTTP["host"] =~ "(^|\\.)files\\.example$" { server.document-root = "FOLDER/none" }',
      'else $HTTP["host"] == "127.0.0.1" { alias.url = ( "/pub/" => "FOLDER/files/", "/pub" => "FOLDER/none" ) }',
    ),
    paths: ["/pub/x.tar.gz", "/pub/deep/y.tgz"],
  },
];

testWhole(lighttpd, cases);
