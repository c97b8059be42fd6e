/**
 * Configurations put together at random, from a fixed seed: where a path is found it is the one that
 * is served, and what is not served is not found. Refusing what is served is no mistake here.
 */
import { apache, caddy, lighttpd } from "../../support/http_servers.ts";
import { ALL, testWhole, type Whole } from "../../support/locate/whole_configurations.ts";

/** Numbers of a linear congruential generator, the same in every run. */
function choices(seed: number) {
  let state = seed;
  const next = () => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  const pick = (from: readonly string[]): string => from[Math.floor(next() * from.length)] ?? "";
  const some = (most: number, make: () => string): string[] =>
    Array.from({ length: Math.floor(next() * (most + 1)) }, make);
  return { next, pick, some };
}

type Choices = ReturnType<typeof choices>;

function generated(count: number, seed: number, make: (choices: Choices) => string): Whole[] {
  const source = choices(seed);
  return Array.from({ length: count }, (_, i) => ({
    title: `at random, number ${i + 1}`,
    site: make(source),
    paths: ["/mirror/x.tar.gz"],
    strict: [...ALL, "/mirror/x.tar.gz"],
  }));
}

const TESTED = [
  "%{REQUEST_METHOD}",
  "%{HTTP_HOST}",
  "%{HTTPS}",
  "%{REQUEST_URI}",
  "%{REQUEST_FILENAME}",
  "%{DOCUMENT_ROOT}%{REQUEST_URI}",
  "%{HTTP_USER_AGENT}",
  "%{HTTP_REFERER}",
  "%{QUERY_STRING}",
  "$1",
  "%1",
  "%{THE_REQUEST}",
  "$1-%{REQUEST_METHOD}",
];
const TESTS =
  "!-f -f -d !-d -s !-l =GET !=GET ^GET off =on !^$ ^$ files !files ^/files/ ^(x|files) " +
  "Mozilla !\\.html$ <m >m ^127 =files";
const PATTERNS = "^ .* ^/files/ ^files/ \\.gz$ page (x|page) !page !^/?files ^/(\\w+)/(.*)$ " +
  "^(\\w+)/(.*)$ ^/?dl PAGE";
const TARGETS = "- - - /page.html index.html /$1/$2 $1/$2 %{REQUEST_URI} http://h/";
const FLAGS = "[L] [F] [forbidden,last] [G] [R=404] [R] [S=1] [C] [NC] [END] [E=a:b] [R=302,L] " +
  "[skip=2] [L,NC] [PT]";
const ACCESS = [
  "Require all granted",
  "Require all denied",
  "Order allow,deny\nAllow from all",
  "Order deny,allow\nDeny from all",
  "Deny from all",
  "Order allow,deny",
  "<RequireAll>\nRequire all granted\nRequire not env x\n</RequireAll>",
  "<RequireAny>\nRequire all denied\nRequire method GET\n</RequireAny>",
  "AuthMerging And\nRequire method GET",
  "<LimitExcept POST>\nRequire all denied\n</LimitExcept>",
  "Satisfy Any\nAllow from all\nRequire all denied",
  "Options None",
  "Options +FollowSymLinks",
  "",
];
const SECTIONS = [
  "Directory FOLDER",
  "Directory FOLDER/files",
  "Directory FOLDER/*",
  "Directory FOLDER/*/deep",
  'DirectoryMatch "/files/"',
  "Location /files",
  "Location /f*",
  'Files "*.gz"',
  'LocationMatch "^/(page|x)"',
];

function apacheSite({ next, pick, some }: Choices): string {
  const words = (text: string) => pick(text.split(" "));
  const rule = () =>
    [
      ...some(2, () =>
        `RewriteCond ${pick(TESTED)} ${words(TESTS)}${pick(["", "", " [NC]", " [OR]"])}`),
      `RewriteRule ${words(PATTERNS)} ${words(TARGETS)} ${words(FLAGS)}`,
    ].join("\n");
  const rules = (share: number) => next() < share ? ["RewriteEngine On", ...some(3, rule)] : [];
  const section = () => {
    const open = pick(SECTIONS);
    const inner = open.startsWith("Dir") ? rules(0.3) : [];
    return `<${open}>\n${[pick(ACCESS), ...inner].join("\n")}\n</${open.split(" ")[0]}>`;
  };
  const alias = pick(["Alias /mirror FOLDER/files", "Redirect /page http://h/", "", ""]);
  return `Listen 10.0.1.1:8080
<Directory FOLDER>\nRequire all granted\n</Directory>
<VirtualHost *:8080>\nDocumentRoot FOLDER
${[...rules(0.5), ...some(3, section), alias].join("\n")}\n</VirtualHost>`;
}

const MATCHERS = ["/files/*", "/page*", "/x.*", "*", "@a", "@b", "/files", "/dl.k8s.io/*"];
const CONDITIONS = [
  "path /files/* /page",
  "path_regexp \\.(gz|tgz)$",
  "method POST",
  "header User-Agent *Mozilla*",
  "header !Referer",
  "host files.example",
  "not path /files/*",
  "not file",
  "query a=b",
  "path */deep/*",
];
const DIRECTIVES = [
  "respond M 403",
  "redir M http://h/",
  "rewrite M /page.html",
  "rewrite M /files{path}",
  "uri M strip_prefix /files",
  "uri M strip_suffix .html",
  "try_files {path} /page",
  "try_files {path}.html {path}",
  "root M FOLDER/files",
  "file_server M",
  "file_server M {\nhide deep x.pl\n}",
  "header M X-A b",
  "php_fastcgi M 127.0.0.1:9",
  "handle M {\nBLOCK\n}",
  "handle_path /files/* {\nBLOCK\n}",
  "route M {\nBLOCK\n}",
];

function caddySite({ pick, some }: Choices): string {
  const line = (depth: number): string => {
    const one = pick(depth > 0 ? DIRECTIVES.filter((each) => !each.includes("BLOCK")) : DIRECTIVES);
    return one.replace("M", pick(MATCHERS))
      .replace("BLOCK", () => some(3, () => line(depth + 1)).join("\n"));
  };
  return `http://10.0.1.1:8080 {\n@a ${pick(CONDITIONS)}\n@b ${pick(CONDITIONS)}
root * FOLDER\nfile_server\n${some(4, () => line(0)).join("\n")}\n}\n`;
}

const ASKED = [
  '$HTTP["url"] =~ "^/files/"',
  '$HTTP["url"] =^ "/page"',
  '$HTTP["url"] != "/page"',
  '$HTTP["host"] == "127.0.0.1"',
  '$HTTP["useragent"] =~ "Mozilla"',
  '$HTTP["request-method"] == "GET"',
  '$HTTP["referer"] !~ "."',
  '$REQUEST_HEADER["X-A"] == ""',
  '$HTTP["url"] !~ "\\.(html|pl)$"',
];
const SET = [
  'url.access-deny = ( ".pl", ".gz" )',
  'url.access-deny += ( ".html" )',
  'url.access-allow = ( ".gz", "page" )',
  'static-file.exclude-extensions = ( ".pl" )',
  'alias.url = ( "/files/" => "FOLDER/files/deep/" )',
  'alias.url += ( "/mirror/" => "FOLDER/files/" )',
  'url.redirect = ( "^/page" => "http://h/" )',
  'url.rewrite-once = ( "^/x" => "/page" )',
];

function lighttpdSite({ next, pick, some }: Choices): string {
  // Each key once in a block: a second assignment is a mistake.
  const sets = (
    most: number,
  ) => [...new Map(some(most, () => pick(SET)).map((one) => [one.split(" ")[0], one])).values()];
  const block = (depth: number): string => {
    const inner = depth < 1 && next() < 0.4 ? [block(depth + 1)] : [];
    const other = next() < 0.3 ? ` else {\n${sets(2).join("\n")}\n}` : "";
    return `${pick(ASKED)} {\n${[...sets(2), ...inner].join("\n")}\n}${other}`;
  };
  return [
    'server.modules += ( "mod_redirect", "mod_rewrite", "mod_indexfile" )',
    'server.document-root := "FOLDER"',
    ...sets(2),
    ...some(3, () => block(0)),
  ].join("\n");
}

testWhole(apache, generated(25, 7, apacheSite));
testWhole(caddy, generated(25, 7, caddySite));
testWhole(lighttpd, generated(25, 7, lighttpdSite));
