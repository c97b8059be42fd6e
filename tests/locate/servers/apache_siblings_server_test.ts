/** Apache httpd: relatives of configurations that were once read wrongly, each held to what it serves. */
import { apache } from "../../support/http_servers.ts";
import {
  apacheFolder as folder,
  apacheHost as host,
  testWhole,
  type Whole,
} from "../../support/locate/whole_configurations.ts";

const DEEP = "<Directory FOLDER/files/deep>";
const FILES = "<Directory FOLDER/files>";
const POST = "<Limit POST>\nRequire all denied\n</Limit>";

const limits: readonly Whole[] = [
  {
    title: "a rule for POST alone replaces those of folders above",
    site: host(`${FILES}\nRequire all denied\n</Directory>\n${DEEP}\n${POST}\n</Directory>`),
  },
  {
    title: "with AuthMerging Or it leaves them",
    site: host(
      `${FILES}\nRequire all denied\n</Directory>\n${DEEP}\nAuthMerging Or\n${POST}\n</Directory>`,
    ),
  },
  {
    title: "with AuthMerging And it leaves them",
    site: host(
      `${FILES}\nRequire all denied\n</Directory>\n${DEEP}\nAuthMerging And\n${POST}\n</Directory>`,
    ),
  },
  {
    title: "a rule for all merged with Or into one for POST",
    site: host(
      `${FILES}\n${POST}\n</Directory>\n${DEEP}\nAuthMerging Or\nRequire all denied\n</Directory>`,
    ),
  },
  {
    title: "a rule for all merged with And into one for POST",
    site: host(
      `${FILES}\n${POST}\n</Directory>\n${DEEP}\nAuthMerging And\nRequire all denied\n</Directory>`,
    ),
  },
  {
    title: "three levels of merging",
    site: host(
      `${FILES}\nRequire all denied\n</Directory>\n${DEEP}\nAuthMerging Or\n${POST}\n</Directory>\n<Files y.tgz>\nAuthMerging Or\nRequire all granted\n</Files>`,
    ),
  },
  { title: "beside a rule for all", site: folder(POST, "Require all granted") },
  { title: "beside a rule that denies all", site: folder(POST, "Require all denied") },
  {
    title: "LimitExcept of the old kind replaces those above",
    site: host(
      `${FILES}\nOrder allow,deny\nDeny from all\n</Directory>\n${DEEP}\n<LimitExcept GET>\nDeny from all\n</LimitExcept>\n</Directory>`,
    ),
  },
  {
    title: "Limit of the old kind for POST replaces those above",
    site: host(
      `${FILES}\nOrder allow,deny\nDeny from all\n</Directory>\n${DEEP}\n<Limit POST>\nOrder deny,allow\n</Limit>\n</Directory>`,
    ),
  },
  {
    title: "Limit of the old kind for GET",
    site: folder("<Limit GET POST>\nOrder deny,allow\nDeny from all\n</Limit>"),
  },
];

const ON = "RewriteEngine On";
const override = { site: folder("AllowOverride All") };

const rewrites: readonly Whole[] = [
  {
    title: "WordPress's .htaccess",
    ...override,
    files: {
      ".htaccess":
        "# BEGIN WordPress\n<IfModule mod_rewrite.c>\nRewriteEngine On\nRewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\nRewriteBase /\nRewriteRule ^index\\.php$ - [L]\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule . /index.php [L]\n</IfModule>\n# END WordPress\n",
    },
  },
  {
    title: "Laravel's .htaccess",
    ...override,
    files: {
      ".htaccess":
        "<IfModule mod_rewrite.c>\n<IfModule mod_negotiation.c>\nOptions -MultiViews -Indexes\n</IfModule>\nRewriteEngine On\nRewriteCond %{HTTP:Authorization} .\nRewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteCond %{REQUEST_URI} (.+)/$\nRewriteRule ^ %1 [L,R=301]\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^ index.php [L]\n</IfModule>\n",
    },
  },
  { title: "what is missing goes elsewhere", site: folder("FallbackResource /index.html") },
  {
    title: "maintenance, which is not on",
    site: host(
      ON,
      "RewriteCond %{DOCUMENT_ROOT}/maintenance.html -f",
      "RewriteCond %{REQUEST_URI} !^/maintenance",
      "RewriteRule ^ - [R=503,L]",
    ),
  },
  {
    title: "maintenance, which is on",
    site: host(
      ON,
      "RewriteCond %{DOCUMENT_ROOT}/maintenance.html -f",
      "RewriteCond %{REQUEST_URI} !^/maintenance",
      "RewriteRule ^ - [R=503,L]",
    ),
    files: { "maintenance.html": "FOLDER" },
  },
  {
    title: "passed over, before all is refused",
    site: host(ON, "RewriteRule ^/files/ - [L]", "RewriteRule ^ - [forbidden]"),
  },
  {
    title: "ended in a host, before a folder refuses all",
    site: host(
      ON,
      "RewriteRule ^/files/ - [END]",
      `<Directory FOLDER>\n${ON}\nRewriteRule ^ - [F]\n</Directory>`,
    ),
  },
  {
    title: "conditions in quotes, with the empty agent",
    site: host(ON, 'RewriteCond "%{HTTP_USER_AGENT}" "^$"', 'RewriteRule "^" "-" [F]'),
  },
  {
    title: "conditions that OR joins",
    site: host(
      ON,
      "RewriteCond %{REQUEST_METHOD} =POST [OR]",
      "RewriteCond %{REQUEST_URI} ^/files [ornext]",
      "RewriteCond %{HTTPS} on",
      "RewriteRule ^ - [gone]",
    ),
  },
  {
    title: "chains",
    site: host(
      ON,
      "RewriteRule ^/none - [chain]",
      "RewriteRule ^ - [F]",
      "RewriteRule ^/files - [C]",
      "RewriteRule \\.tgz$ - [F]",
    ),
  },
  {
    title: "skips",
    site: host(
      ON,
      "RewriteCond %{REQUEST_URI} ^/files",
      "RewriteRule ^ - [S=1]",
      "RewriteRule ^ - [F]",
    ),
  },
  {
    title: "a type and a cookie alone",
    site: host(ON, "RewriteRule \\.t?gz$ - [T=application/gzip,CO=a:b:10.0.1.1]"),
  },
  {
    title: "groups of the host's name",
    site: host(
      ON,
      "RewriteCond %{HTTP_HOST} ^([^.:]+)",
      "RewriteCond %1 ^www$",
      "RewriteRule ^ - [F]",
    ),
  },
  {
    title: "sizes",
    site: host(
      ON,
      "RewriteCond %{REQUEST_FILENAME} -s [OR]",
      "RewriteCond %{DOCUMENT_ROOT}%{REQUEST_URI} !-s",
      "RewriteRule \\.php$ - [F]",
    ),
    strict: ["/x.php"],
  },
  {
    title: "the engine off in a folder",
    site: host(ON, `${FILES}\nRewriteEngine Off\nRewriteRule ^ - [F]\n</Directory>`),
  },
  {
    title: "rules of a folder, which those of a deeper one replace",
    site: host(
      `${FILES}\n${ON}\nRewriteRule ^ - [F]\n</Directory>`,
      `${DEEP}\n${ON}\nRewriteRule ^none - [F]\n</Directory>`,
    ),
  },
];

const paths: readonly Whole[] = [
  {
    title: "redirections with statuses",
    site: host(
      "RedirectMatch 404 \\.tgz$",
      "RedirectMatch 403 ^/page$",
      "Redirect 410 /x.sh",
      "Redirect gone /x.pl",
    ),
  },
  {
    title: "an alias with a slash, and one without",
    site: host("Alias /a/ FOLDER/files/", "Alias /b FOLDER/files", "Alias /c/ FOLDER/files"),
    paths: ["/a/x.tar.gz", "/b/x.tar.gz", "/c/x.tar.gz"],
  },
  {
    title: "aliases by expressions",
    site: host("AliasMatch ^/m/(.*)\\.gz$ FOLDER/files/$1.gz", "AliasMatch (?i)^/N/ FOLDER/page"),
    paths: ["/m/x.tar.gz", "/n/x"],
  },
  {
    title: "sections by expressions",
    site: host(
      '<Directory ~ "/files$">\nRequire all denied\n</Directory>',
      '<DirectoryMatch "/deep$">\nRequire all granted\n</DirectoryMatch>',
      '<Files ~ "^x\\.(pl|sh)$">\nRequire all denied\n</Files>',
      '<Location ~ "^/page$">\nRequire all denied\n</Location>',
    ),
  },
  {
    title: "patterns of locations",
    site: host(
      '<Location "/files/*/y.tgz">\nRequire all denied\n</Location>',
      '<Location "/x.p?">\nRequire all denied\n</Location>',
    ),
  },
  {
    title: "patterns of folders",
    site: host(
      "<Directory FOLDER/*/deep>\nRequire all denied\n</Directory>",
      "<Directory FOLDER/dl*>\nRequire all denied\n</Directory>",
    ),
  },
  {
    title: "variables of the request",
    site: host(
      'SetEnvIf Request_URI "^/files/" closed',
      "SetEnvIfNoCase Request_URI \\.TGZ$ !closed",
      "<Location />\n<RequireAll>\nRequire all granted\nRequire not env closed\n</RequireAll>\n</Location>",
    ),
  },
  {
    title: "a proxy for one ending, and none for a folder",
    site: host("ProxyPass /files/deep !", "ProxyPassMatch ^/(.*\\.tgz)$ http://127.0.0.1:9/$1"),
  },
  {
    title: "the first of two proxies counts",
    site: host("ProxyPassMatch \\.tgz$ !", "ProxyPass /files http://127.0.0.1:9/"),
  },
  {
    title: "conditions of If",
    site: host('<If "%{REQUEST_URI} =~ m#^/files/#">\nRequire all denied\n</If>'),
    strict: [
      "/dl.k8s.io/kubelet",
      "/x.pl",
      "/x.php",
      "/x.sh",
      "/page.html",
      "/page",
      "/index.html",
    ],
  },
  {
    title: "directives in other cases",
    site: host("documentROOT FOLDER", "<DIRECTORY FOLDER/files>\nREQUIRE all DENIED\n</directory>"),
  },
  {
    title: "a list of overrides",
    site: folder("AllowOverride None", "AllowOverrideList Redirect RedirectMatch"),
    files: { ".htaccess": "RedirectMatch 404 \\.tgz$\n" },
  },
  {
    title: "overrides that are not let in pass",
    site: folder("AllowOverride Nonfatal=Override FileInfo"),
    files: { ".htaccess": "Require all denied\nRedirectMatch 404 \\.tgz$\n" },
  },
  {
    title: "ProxyPass of sections: the last one counts, and before those of the host",
    site: host(
      "ProxyPass /files http://127.0.0.1:9/",
      "ProxyPass /dl.k8s.io !",
      "<Location />\nProxyPass http://127.0.0.1:9/\n</Location>",
      "<Location /files/>\nProxyPass !\n</Location>",
      "<Location /files/deep/>\nProxyPass http://127.0.0.1:9/\n</Location>",
    ),
  },
  {
    title: "folders of users",
    site: `LoadModule userdir_module /usr/lib/apache2/modules/mod_userdir.so\n${
      host("UserDir disabled root", "UserDir FOLDER/files")
    }`,
    paths: ["/~deep/y.tgz"],
    strict: ["/~deep/y.tgz"],
  },
  {
    title: "continued lines, and comments among them",
    site: host("Alias \\\n  /a \\\n  FOLDER/files", "# a comment \\\nRedirect gone /"),
    paths: ["/a/x.tar.gz"],
  },
];

testWhole(apache, [...limits, ...rewrites, ...paths]);
