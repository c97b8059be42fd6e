/** Apache httpd: who may fetch, and what variables decide, each held to what it serves. */
import { apache } from "../../support/http_servers.ts";
import {
  apacheFolder as folder,
  apacheHost as host,
  testWhole,
  type Whole,
} from "../../support/locate/whole_configurations.ts";

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

testWhole(apache, [...access, ...variables]);
