/** Apache httpd: whole configurations as they are found in the field, each held to what it serves. */
import { apache } from "../../support/http_servers.ts";
import {
  apacheFolder as folder,
  apacheHost as host,
  testWhole,
  type Whole,
} from "../../support/locate/whole_configurations.ts";

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
  {
    title: "paths with two slashes, and with ..",
    site: `Listen 10.0.1.1:8080
DocumentRoot FOLDER//files/../files//
<Directory FOLDER//files>\nRequire all granted\n</Directory>`,
    paths: ["/x.tar.gz"],
  },
  {
    title: "versions",
    site: host(
      "<IfVersion 2.4>\nAlias /files /none\n</IfVersion>",
      "<IfVersion > 2.4>\nAlias /a FOLDER/files\n</IfVersion>",
      "<IfVersion >= 2.4.6>\nAlias /b FOLDER/files\n</IfVersion>",
      "<IfVersion < 2.4.10>\nAlias /files /none\n</IfVersion>",
      "<IfVersion ~ ^2\\.4\\.>\nAlias /c FOLDER/files\n</IfVersion>",
      "<IfVersion = /^2\\.2/>\nAlias /files /none\n</IfVersion>",
      "<IfVersion !>= 2.5>\nAlias /d FOLDER/files\n</IfVersion>",
    ),
    paths: ["/a/x.tar.gz", "/b/x.tar.gz", "/c/x.tar.gz", "/d/x.tar.gz"],
  },
];

testWhole(apache, installations);
