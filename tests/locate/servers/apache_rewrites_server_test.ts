/** Apache httpd: rules of mod_rewrite as they are found in the field, each held to what it serves. */
import { apache } from "../../support/http_servers.ts";
import {
  apacheFolder as folder,
  apacheHost as host,
  apacheHtaccess as htaccess,
  testWhole,
  type Whole,
} from "../../support/locate/whole_configurations.ts";

const ON = "RewriteEngine On";

const rewrites: readonly Whole[] = [
  {
    title: "TRACE and TRACK are refused, www and TLS are redirected",
    site: host(
      ON,
      "RewriteCond %{REQUEST_METHOD} ^(TRACE|TRACK)",
      "RewriteRule .* - [F]",
      "RewriteCond %{HTTP_HOST} ^www\\.(.+)$ [NC]",
      "RewriteRule ^ http://%1%{REQUEST_URI} [R=301,L]",
      "RewriteCond %{HTTPS} =on",
      "RewriteRule ^ - [F]",
    ),
  },
  {
    title: "everything goes to TLS",
    site: host(
      ON,
      "RewriteCond %{HTTPS} off",
      "RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R,L]",
    ),
  },
  {
    title: "behind a proxy, everything goes to TLS",
    site: host(
      ON,
      "RewriteCond %{HTTP:X-Forwarded-Proto} !https",
      "RewriteRule (.*) https://%{SERVER_NAME}$1 [L,R=302]",
    ),
  },
  {
    title: "only one port goes to TLS",
    site: host(ON, "RewriteCond %{SERVER_PORT} ^80$", "RewriteRule ^(.*)$ https://x$1 [R,L]"),
  },
  {
    title: "methods that are let through",
    site: host(
      ON,
      "RewriteCond %{REQUEST_METHOD} !^(GET|POST|HEAD)$",
      "RewriteRule .* - [R=405,L]",
    ),
  },
  {
    title: "long flags: forbidden, gone, last",
    site: host(
      ON,
      "RewriteRule ^/files/x - [forbidden,last]",
      "RewriteRule ^/page\\.html$ - [gone]",
      "RewriteRule ^/dl\\.k8s\\.io/ - [last]",
      "RewriteRule ^/dl\\.k8s\\.io/ - [forbidden]",
    ),
  },
  {
    title: "long flags: redirect, nocase, skip, chain",
    site: host(
      ON,
      "RewriteRule ^/PAGE$ /page.html [redirect=302,nocase]",
      "RewriteRule ^/files/ - [skip=1]",
      "RewriteRule ^/(files|dl\\.k8s\\.io)/ - [forbidden]",
      "RewriteRule ^/x\\.pl$ - [chain]",
      "RewriteRule ^ - [forbidden]",
    ),
  },
  {
    title: "END and a status for what is not a redirection",
    site: host(
      ON,
      "RewriteRule ^/files/ - [END]",
      "RewriteRule ^/(files|page) - [R=404]",
      "RewriteRule ^/x - [R=301]",
    ),
  },
  {
    title: "either of two conditions, and both",
    site: host(
      ON,
      "RewriteCond %{REQUEST_URI} ^/files/ [ornext]",
      "RewriteCond %{REQUEST_URI} \\.html$",
      "RewriteCond %{QUERY_STRING} !^open$",
      "RewriteRule ^ - [F]",
    ),
    paths: ["/page.html?open", "/page?x"],
  },
  {
    title: "groups of rules and conditions",
    site: host(
      ON,
      "RewriteCond $1::%{REQUEST_URI} ^(files)::/files/deep [NC]",
      "RewriteRule ^/(\\w+)/ - [F]",
      "RewriteCond %{REQUEST_URI} ^/(x)\\.",
      "RewriteCond %1 =x",
      "RewriteRule \\.(pl|sh)$ - [F]",
    ),
  },
  {
    title: "browsers and robots, which nodes are not",
    site: host(
      ON,
      "RewriteCond %{HTTP_USER_AGENT} (MSIE|Trident|Googlebot|AhrefsBot) [NC]",
      "RewriteRule .* - [F]",
      "RewriteCond %{HTTP_REFERER} !^$",
      "RewriteCond %{HTTP_REFERER} !^https?://files\\.example [NC]",
      "RewriteRule \\.(gz|tgz)$ - [F]",
      "RewriteCond %{HTTP_COOKIE} session=",
      "RewriteRule ^ /member%{REQUEST_URI} [L]",
    ),
  },
  {
    title: "some of what fetches on nodes is refused",
    site: host(
      ON,
      "RewriteCond %{HTTP_USER_AGENT} (libwww|wget|python) [NC]",
      "RewriteRule ^/files - [F]",
    ),
    strict: ["/files/x.tar.gz", "/files/deep/y.tgz"],
  },
  {
    title: "addresses of clients",
    site: host(ON, "RewriteCond %{REMOTE_ADDR} !^127\\.", "RewriteRule ^/files - [F]"),
    strict: ["/files/x.tar.gz", "/files/deep/y.tgz"],
  },
  {
    title: "a front controller in the host, with the path put together",
    site: host(
      ON,
      "RewriteCond %{DOCUMENT_ROOT}%{REQUEST_URI} !-f",
      "RewriteCond %{DOCUMENT_ROOT}/%{REQUEST_URI} !-d",
      "RewriteRule ^ /index.html [L]",
    ),
  },
  {
    title: "a front controller in the host, where no file is known yet",
    site: host(
      ON,
      "RewriteCond %{REQUEST_FILENAME} !-f",
      "RewriteRule ^/(?!index) /index.html [L]",
    ),
  },
  {
    title: "a front controller in a folder",
    site: folder(
      ON,
      "RewriteCond %{REQUEST_FILENAME} !-f",
      "RewriteCond %{REQUEST_FILENAME} !-d",
      "RewriteRule ^ index.html [L]",
    ),
  },
  {
    title: "a front controller that lets files alone first",
    site: folder(
      ON,
      "RewriteBase /",
      "RewriteRule ^index\\.html$ - [L]",
      "RewriteCond %{REQUEST_FILENAME} -s [OR]",
      "RewriteCond %{REQUEST_FILENAME} -l [OR]",
      "RewriteCond %{REQUEST_FILENAME} -d",
      "RewriteRule ^.*$ - [L]",
      "RewriteRule ^.*$ index.html [L]",
    ),
  },
  {
    title: "Symfony",
    site: folder(
      "DirectoryIndex index.php",
      "RewriteEngine On",
      "RewriteCond %{REQUEST_URI}::$0 ^(/.+)/(.*)::\\2$",
      "RewriteRule .* - [E=BASE:%1]",
      "RewriteCond %{HTTP:Authorization} .+",
      "RewriteRule ^ - [E=HTTP_AUTHORIZATION:%0]",
      'RewriteCond %{ENV:REDIRECT_STATUS} =""',
      "RewriteRule ^index\\.php(?:/(.*)|$) %{ENV:BASE}/$1 [R=301,L]",
      "RewriteCond %{REQUEST_FILENAME} !-f",
      "RewriteRule ^ %{ENV:BASE}/index.php [L]",
    ),
  },
  {
    title: "maintenance, while a file is there",
    site: folder(
      ON,
      "RewriteCond %{DOCUMENT_ROOT}/maintenance.on -f",
      "RewriteCond %{REQUEST_URI} !^/page\\.html$",
      "RewriteRule ^ - [R=503,L]",
    ),
    files: { "maintenance.on": "" },
  },
  {
    title: "maintenance, while a file is not there",
    site: folder(ON, "RewriteCond %{DOCUMENT_ROOT}/maintenance.on -f", "RewriteRule ^ - [R=503,L]"),
  },
  {
    title: "packed files for who takes them",
    site: folder(
      ON,
      "RewriteCond %{HTTP:Accept-Encoding} gzip",
      "RewriteCond %{REQUEST_FILENAME}\\.gz -f",
      "RewriteRule ^(.*)\\.html$ $1.html.gz [L]",
    ),
  },
  {
    title: "names without .html",
    site: folder(
      ON,
      "RewriteCond %{REQUEST_FILENAME} !-f",
      "RewriteCond %{REQUEST_FILENAME}.html -f",
      "RewriteRule ^(.*)$ $1.html [L]",
    ),
  },
  {
    title: "hidden names are forbidden",
    site: folder(
      ON,
      "RewriteCond %{SCRIPT_FILENAME} -d [OR]",
      "RewriteCond %{SCRIPT_FILENAME} -f",
      'RewriteRule "(^|/)\\.(?!well-known)" - [F]',
    ),
    paths: ["/.hidden"],
    files: { ".hidden": "FOLDER/.hidden" },
  },
  {
    title: "the last section with rules counts, and its engine",
    site: host(
      `<Directory FOLDER>\n${ON}\nRewriteRule ^ - [F]\n</Directory>`,
      "<Directory FOLDER/files>\nRewriteRule deep - [F]\n</Directory>",
      "<Directory FOLDER/dl.k8s.io>\nRewriteEngine Off\n</Directory>",
    ),
  },
  {
    title: "rules, but FollowSymLinks is off",
    site: folder("Options None", ON, "RewriteRule ^none$ - [F]"),
  },
  {
    title: "rules in a host without an engine of its own",
    site: `${ON}\n${host("RewriteRule ^/files - [F]")}`,
  },
  {
    title: "rules outside of a host that has none",
    site: `${ON}\nRewriteRule ^/files - [F]\n${host()}`,
  },
  {
    title: "rules outside of a host that has some",
    site: `${ON}\nRewriteRule ^/files - [F]\n${host(ON, "RewriteRule ^/page - [F]")}`,
  },
  {
    title: "rules that give what they get",
    site: host(ON, "RewriteRule ^/(files/.*)$ /$1 [PT,L]", "RewriteRule ^ - [E=a:b,CO=c:d:e]"),
  },
  {
    title: "rules that keep aliases and redirections from being looked at",
    site: host(
      ON,
      "RewriteRule ^/files/deep/(.*)$ /files/deep/$1 [PT]",
      "RewriteRule ^/files/(x.*)$ /files/$1 [L]",
      "Alias /files FOLDER/dl.k8s.io",
      "Redirect /files/deep http://h/",
    ),
    strict: ["/files/x.tar.gz"],
  },
  {
    title: "rules for a proxy",
    site: host(ON, "RewriteRule ^/files/(.*)$ http://127.0.0.1:9/$1 [proxy]"),
  },
  {
    title: "a handler by a rule",
    site: host(ON, "RewriteRule \\.pl$ - [Handler=server-status]"),
  },
  {
    title: "WordPress in .htaccess",
    ...htaccess(
      "# BEGIN WordPress\n<IfModule mod_rewrite.c>\nRewriteEngine On\n" +
        "RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\nRewriteBase /\n" +
        "RewriteRule ^index\\.php$ - [L]\nRewriteCond %{REQUEST_FILENAME} !-f\n" +
        "RewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule . /index.php [L]\n</IfModule>\n# END\n",
    ),
  },
  {
    title: "rules of .htaccess see what is left",
    ...htaccess(`${ON}\nRewriteRule ^x\\. - [F]\n`, "FileInfo", "files/"),
  },
  {
    title: "blanks in a pattern",
    site: host(
      ON,
      "RewriteCond %{THE_REQUEST} ^[A-Z]{3,9}\\ /files/.*\\.gz\\ HTTP [NC]",
      "RewriteRule ^ - [F]",
    ),
  },
  {
    title: "rules of folders, whose engine is the host's",
    site: host(
      ON,
      "<Directory FOLDER/files>\nRewriteRule \\.gz$ - [F]\n</Directory>",
      "<Directory FOLDER/dl.k8s.io>\nRewriteEngine Off\nRewriteRule . - [F]\n</Directory>",
    ),
  },
  {
    title: "certbot's redirection, which is for a name",
    site: host(
      ON,
      "RewriteCond %{SERVER_NAME} =www.files.example [OR]",
      "RewriteCond %{SERVER_NAME} =files.example",
      "RewriteRule ^ https://%{SERVER_NAME}%{REQUEST_URI} [END,NE,R=permanent]",
    ),
  },
  {
    title: "certbot's redirection, which is for the host asked for",
    site: host(
      ON,
      "RewriteCond %{SERVER_NAME} =127.0.0.1",
      "RewriteRule ^ https://%{SERVER_NAME}%{REQUEST_URI} [END,NE,R=permanent]",
    ),
  },
  {
    title: "a host's own name instead of the one asked for",
    site: host(
      "UseCanonicalName On\nServerName files.example",
      ON,
      "RewriteCond %{SERVER_NAME} =files.example",
      "RewriteRule gz$ - [F]",
    ),
    strict: ["/files/x.tar.gz", "/files/deep/y.tgz"],
  },
  {
    title: "texts in their order, the shorter first",
    site: host(
      ON,
      "RewriteCond %{REQUEST_URI} >/n",
      "RewriteRule \\.gz$ - [F]",
      "RewriteCond %{REQUEST_URI} <=/page",
      "RewriteRule ^ - [F]",
    ),
  },
  {
    title: "numbers in their order",
    site: host(
      ON,
      'RewriteCond %{SERVER_PORT} "-gt 70000"',
      "RewriteRule ^ - [F]",
      "RewriteCond %{SERVER_PORT} -lt70000",
      "RewriteRule \\.gz$ - [F]",
      "RewriteCond %{SERVER_PORT} -ne70000",
      "RewriteRule \\.sh$ - [F]",
      "RewriteCond %{SERVER_PORT} -eq70000",
      "RewriteRule ^ - [F]",
    ),
  },
];

testWhole(apache, rewrites);
