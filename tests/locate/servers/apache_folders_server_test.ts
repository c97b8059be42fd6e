/** Apache httpd: links, and folders' own files, each held to what it serves. */
import { apache } from "../../support/http_servers.ts";
import {
  apacheFolder as folder,
  apacheHost as host,
  apacheHtaccess as htaccess,
  testWhole,
  type Whole,
} from "../../support/locate/whole_configurations.ts";

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
  { title: ".htaccess with what no module has", ...htaccess("php_value memory_limit 64M\n") },
  {
    title: ".htaccess with what no module has, in a section",
    ...htaccess("<Files page>\nExpiresActive On\n</Files>\n", "All", "files/"),
  },
  {
    title: ".htaccess with what no module has, where a module is asked for",
    ...htaccess(
      "<IfModule mod_php.c>\nphp_flag engine off\n</IfModule>\n<IfModule mod_expires.c>\nExpiresActive On\n</IfModule>\n",
    ),
  },
  {
    title: ".htaccess with what no module has, which is no error there",
    ...htaccess("php_value memory_limit 64M\n", "All NonFatal=Unknown"),
  },
  {
    title: ".htaccess with an index that is not let in",
    ...htaccess("DirectoryIndex x\n", "AuthConfig"),
  },
  {
    title: ".htaccess with a header that is not let in",
    ...htaccess("Header set X-A b\n", "Indexes Options"),
  },
  { title: ".htaccess with a folder", ...htaccess("<Directory /x>\n</Directory>\n") },
  { title: ".htaccess with a root", ...htaccess("DocumentRoot /x\n") },
  {
    title: ".htaccess with what many have",
    ...htaccess(
      "ServerSignature Off\nOptions -Indexes\nDirectoryIndex index.html\nErrorDocument 404 /page\nFileETag None\nSetEnv A b\nHeader set X-A b\nAddCharset utf-8 .html\nSetOutputFilter DEFLATE\n",
    ),
  },
];

testWhole(apache, [...links, ...overrides]);
