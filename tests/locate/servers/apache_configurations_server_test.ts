/** Apache httpd: whole configurations as they are found in the field, each held to what it serves. */
import { apache } from "../../support/http_servers.ts";
import {
  apacheFolder as folder,
  apacheHost as host,
  testWhole,
  type Whole,
} from "../../support/locate/whole_configurations.ts";

function htaccess(text: string, override = "All", at = ""): Omit<Whole, "title"> {
  return {
    site: folder(`AllowOverride ${override}`),
    files: { [`${at}.htaccess`]: text },
  };
}

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
];

const access: readonly Whole[] = [
  {
    title: "Order, with all denied",
    site: folder("Order deny,allow", "Deny from all"),
  },
  {
    title: "Order, with all denied and all allowed behind",
    site: folder("Order deny,allow", "Deny from all", "Allow from all"),
  },
  {
    title: "Order, with all allowed and all denied behind",
    site: folder("Order allow,deny", "Allow from all", "Deny from all"),
  },
  { title: "Order alone", site: folder("Order allow,deny") },
  { title: "Order the other way alone", site: folder("Order deny,allow") },
  { title: "Deny without Order", site: folder("Deny from all") },
  { title: "Allow without Order", site: folder("Allow from 10.9.9.9") },
  {
    title: "some are denied",
    site: folder("Order allow,deny", "Allow from all", "Deny from 10.9.9.9"),
    strict: [
      "/dl.k8s.io/kubelet",
      "/files/x.tar.gz",
      "/files/deep/y.tgz",
      "/x.pl",
      "/x.php",
      "/x.sh",
      "/page.html",
      "/page",
      "/index.html",
    ],
  },
  {
    title: "lists of a deeper folder replace all",
    site: host(
      "<Directory FOLDER>\nOrder deny,allow\nDeny from all\n</Directory>",
      "<Directory FOLDER/files>\nAllow from all\n</Directory>",
      "<Directory FOLDER/files/deep>\nOrder allow,deny\n</Directory>",
    ),
  },
  {
    title: "lists and Require must both let in",
    site: folder("Order allow,deny", "Allow from all", "Require all denied"),
  },
  {
    title: "Satisfy Any",
    site: folder(
      "AuthType Basic",
      "AuthName x",
      "AuthUserFile FOLDER/none",
      "Require valid-user",
      "Order allow,deny",
      "Allow from all",
      "Satisfy Any",
    ),
  },
  {
    title: "a password for one path, none for another below",
    site: host(
      "<Location />\nAuthType Basic\nAuthName x\nAuthUserFile FOLDER/none\nRequire valid-user\n</Location>",
      "<Location /files/>\nRequire all granted\n</Location>",
    ),
  },
  {
    title: "RequireAll with a negation",
    site: folder("<RequireAll>\nRequire all granted\nRequire not method POST\n</RequireAll>"),
  },
  {
    title: "RequireAll with one who may not",
    site: folder("<RequireAll>\nRequire all granted\nRequire all denied\n</RequireAll>"),
  },
  {
    title: "RequireAny with one who may",
    site: folder("<RequireAny>\nRequire ip 10.9.9.9\nRequire all granted\n</RequireAny>"),
  },
  {
    title: "RequireNone",
    site: folder(
      "<RequireAll>\nRequire all granted\n<RequireNone>\nRequire method GET\n</RequireNone>\n</RequireAll>",
    ),
  },
  { title: "methods that may", site: folder("Require method GET HEAD") },
  { title: "methods that may, without GET", site: folder("Require method PUT") },
  {
    title: "AuthMerging",
    site: host(
      "<Directory FOLDER/files>\nAuthMerging And\nRequire all denied\n</Directory>",
      "<Directory FOLDER/files/deep>\nAuthMerging Or\nRequire all granted\n</Directory>",
    ),
  },
  {
    title: "Limit and LimitExcept",
    site: folder(
      "<Limit PUT DELETE>\nRequire all denied\n</Limit>",
      "<LimitExcept GET>\nRequire all denied\n</LimitExcept>",
    ),
  },
  {
    title: "files within folders come behind all folders",
    site: host(
      '<Directory FOLDER>\n<Files "*.tgz">\nRequire all denied\n</Files>\n</Directory>',
      "<Directory FOLDER/files/deep>\nRequire all granted\n</Directory>",
    ),
  },
  {
    title: "what an editor or a tool leaves is denied",
    site: host('<FilesMatch "(^\\.ht|~$|\\.(?:bak|pl|sh)$)">\nRequire all denied\n</FilesMatch>'),
  },
  {
    title: "folders with patterns sort by depth",
    site: host(
      "<Directory FOLDER/*/deep>\nRequire all denied\n</Directory>",
      "<Directory FOLDER/files>\nRequire all granted\n</Directory>",
    ),
  },
  {
    title: "sections of folders are for files, too",
    site: host(
      "<Directory FOLDER/x.*>\nRequire all denied\n</Directory>",
      "<Directory FOLDER/page>\nRequire all denied\n</Directory>",
      '<DirectoryMatch "y\\.tgz$">\nRequire all denied\n</DirectoryMatch>',
      "<Directory FOLDER/*/kube*>\nRequire all denied\n</Directory>",
    ),
  },
  {
    title: "patterns of URLs are for the whole URL",
    site: host(
      "<Location /f*>\nRequire all denied\n</Location>",
      "<Location /*/x*>\nRequire all denied\n</Location>",
      "<Location /x.?l>\nRequire all denied\n</Location>",
    ),
  },
  {
    title: "expressions of folders come behind",
    site: host(
      '<DirectoryMatch "/files/">\nRequire all denied\n</DirectoryMatch>',
      "<Directory FOLDER/files/deep>\nRequire all granted\n</Directory>",
    ),
  },
];

const variables: readonly Whole[] = [
  {
    title: "robots are denied by a variable",
    site: host(
      'SetEnvIfNoCase User-Agent "^(HTTrack|EmailSiphon|.*bot)" bad_bot',
      "BrowserMatchNoCase msie old",
      "<Directory FOLDER>\n<Limit GET POST HEAD>\nOrder Allow,Deny\nAllow from all\nDeny from env=bad_bot\nDeny from env=old\n</Limit>\n</Directory>",
    ),
  },
  {
    title: "a variable that nodes' requests set",
    site: host(
      'SetEnvIf Request_URI "^/files/" closed',
      "<Directory FOLDER>\nOrder Allow,Deny\nAllow from all\nDeny from env=closed\n</Directory>",
    ),
  },
  {
    title: "Require by variables",
    site: host(
      'SetEnvIf Request_Method "^GET$" reads',
      'SetEnvIf Referer "evil" referred !reads',
      "<Directory FOLDER>\n<RequireAll>\nRequire env reads\nRequire not env referred\n</RequireAll>\n</Directory>",
    ),
  },
  {
    title: "a host in a variable",
    site: host(
      'SetEnvIf Host "^www\\." other',
      "<Directory FOLDER>\nOrder Deny,Allow\nDeny from all\nAllow from env=!other\n</Directory>",
    ),
  },
  {
    title: "curl and its kin in a variable",
    site: host(
      "BrowserMatch ^(curl|Wget) tool",
      "<Directory FOLDER>\nOrder Allow,Deny\nAllow from all\nDeny from env=tool\n</Directory>",
    ),
  },
];

const links: readonly Whole[] = [
  {
    title: "links that Options do not follow",
    site: folder("Options Indexes"),
    links: { mirror: "files", "files/link": "x.tar.gz" },
    paths: ["/mirror/x.tar.gz", "/files/link"],
  },
  {
    title: "links that Options follow above, and not below",
    site: host(
      "<Directory FOLDER>\nOptions FollowSymLinks\n</Directory>",
      "<Directory FOLDER/files>\nOptions -FollowSymLinks\n</Directory>",
    ),
    links: { mirror: "files", "files/link": "x.tar.gz", "dl": "dl.k8s.io" },
    paths: ["/mirror/x.tar.gz", "/files/link", "/dl/kubelet"],
  },
  {
    title: "links of one owner",
    site: folder("Options SymLinksIfOwnerMatch"),
    links: { mirror: "files" },
    paths: ["/mirror/x.tar.gz"],
  },
];

const overrides: readonly Whole[] = [
  { title: ".htaccess with nothing to say", ...htaccess("# nothing\n") },
  { title: ".htaccess where none is read", ...htaccess("Require all denied\n", "None") },
  { title: ".htaccess that denies", ...htaccess("Require all denied\n", "AuthConfig", "files/") },
  {
    title: ".htaccess of before 2.4",
    ...htaccess("Order allow,deny\nDeny from all\n", "Limit", "files/deep/"),
  },
  {
    title: ".htaccess with what is not let in",
    ...htaccess("Redirect /none http://h/\n", "AuthConfig", "files/"),
  },
  {
    title: ".htaccess with what is passed over",
    ...htaccess("Redirect /files http://h/\n", "AuthConfig Nonfatal=Override", "files/"),
  },
  { title: ".htaccess that redirects a path", ...htaccess("Redirect 301 /files/deep http://h/\n") },
  {
    title: ".htaccess for some files",
    ...htaccess('<Files "*.pl">\nRequire all denied\n</Files>\n'),
  },
  {
    title: ".htaccess with a handler",
    ...htaccess("AddHandler server-status .pl\nSetHandler none\n"),
  },
  {
    title: ".htaccess under another name",
    site: `AccessFileName .acl\n${folder("AllowOverride AuthConfig")}`,
    files: { ".htaccess": "Require all denied\n", "files/.acl": "Require all denied\n" },
  },
  {
    title: ".htaccess only below one folder",
    site: host("<Directory FOLDER/files>\nAllowOverride All\n</Directory>"),
    files: { ".htaccess": "Require all denied\n", "files/deep/.htaccess": "Require all denied\n" },
  },
];

/** Distributions, panels and images. */
const installations: readonly Whole[] = [
  {
    title: "folders by variables of the environment",
    site: folder("Require all granted").replace(
      "DocumentRoot FOLDER",
      "Define MORE ${WEB_ROOT}/x\nDocumentRoot ${WEB_ROOT}\nAlias /mirror ${MORE}",
    ),
    env: { WEB_ROOT: "FOLDER/文件" },
    files: { "文件/page": "FOLDER/文件/page", "文件/x/page": "FOLDER/文件/x/page" },
    paths: ["/mirror/page"],
  },
  {
    title: "Debian's default site",
    site: `Listen 10.0.1.1:8080
<Directory />\n\tOptions FollowSymLinks\n\tAllowOverride None\n\tRequire all denied\n</Directory>
<Directory FOLDER/>\n\tOptions Indexes FollowSymLinks\n\tAllowOverride None\n\tRequire all granted\n</Directory>
AccessFileName .htaccess
<FilesMatch "^\\.ht">\n\tRequire all denied\n</FilesMatch>
<VirtualHost *:8080>
\tServerAdmin webmaster@localhost
\tDocumentRoot FOLDER
\tErrorLog /dev/null
</VirtualHost>`,
    files: { ".htpasswd": "FOLDER/.htpasswd" },
    paths: ["/.htpasswd"],
  },
  {
    title: "RHEL's httpd.conf with php-fpm",
    site: `Listen 10.0.1.1:8080
DocumentRoot "FOLDER"
<Directory "FOLDER">
    Options Indexes FollowSymLinks
    AllowOverride None
    Require all granted
</Directory>
<IfModule dir_module>\n    DirectoryIndex index.html\n</IfModule>
<Files ".ht*">\n    Require all denied\n</Files>
AddType text/html .php
DirectoryIndex index.php
<FilesMatch \\.(php|phar)$>
    SetHandler "proxy:unix:/run/none.sock|fcgi://localhost"
</FilesMatch>
<IfModule mime_module>\n    AddType application/x-compress .Z\n    AddType application/x-gzip .gz .tgz\n</IfModule>`,
  },
  {
    title: "a panel's site (cPanel's kind)",
    site: host(
      "ServerName files.example\nServerAlias www.files.example",
      "UseCanonicalName Off",
      'ScriptAlias /cgi-bin/ "FOLDER/cgi-bin/"',
      `<Directory "FOLDER">\nOptions All -ExecCGI -Includes\nAllowOverride All\n</Directory>`,
      "RewriteEngine Off",
    ),
    files: { ".htaccess": "Options -Indexes\nErrorDocument 404 /page.html\n" },
  },
  {
    title: "a mirror with autoindex under an alias",
    site: host(
      "Alias /mirror/deep /none",
      "Alias /mirror FOLDER/files",
      "<Location /mirror>\nOptions +Indexes\nIndexOptions FancyIndexing HTMLTable\n</Location>",
    ),
    paths: ["/mirror/x.tar.gz", "/mirror/deep/y.tgz"],
  },
  {
    title: "in front of Nexus and Harbor",
    site: host(
      "ProxyPreserveHost On",
      "ProxyPass /dl.k8s.io !",
      "ProxyPass /files http://127.0.0.1:9/repository/files",
      "ProxyPassReverse /files http://127.0.0.1:9/repository/files",
      "<LocationMatch ^/v2/>\nProxyPass http://127.0.0.1:9\n</LocationMatch>",
    ),
  },
  {
    title: "the image httpd:2.4, with its defaults",
    site: `Listen 10.0.1.1:8080
<Directory />\n    AllowOverride none\n    Require all denied\n</Directory>
DocumentRoot "FOLDER"
<Directory "FOLDER">\n    Options Indexes FollowSymLinks\n    AllowOverride None\n    Require all granted\n</Directory>
<IfModule alias_module>\n    ScriptAlias /cgi-bin/ "FOLDER/files/"\n</IfModule>
<IfModule headers_module>\n    RequestHeader unset Proxy early\n</IfModule>`,
    paths: ["/cgi-bin/x.tar.gz"],
    strict: ["/cgi-bin/x.tar.gz"],
  },
  {
    title: "programs by their endings",
    site: host(
      "AddHandler server-status .pl",
      "AddHandler default-handler .sh",
      "<Directory FOLDER>\nForceType text/plain\n</Directory>",
    ),
    paths: ["/x.pl.txt"],
    files: { "x.pl.txt": "FOLDER/x.pl.txt" },
  },
  {
    title: "a handler for all, but for one folder",
    site: host("SetHandler server-status", "<Location /files>\nSetHandler None\n</Location>"),
  },
];

testWhole(apache, [...rewrites, ...access, ...variables, ...links, ...overrides, ...installations]);
