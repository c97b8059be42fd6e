/** Whole configurations, modelled on installations that people have: nginx serves what locate says. */
import assert from "node:assert/strict";
import { hostView } from "../../../../locate/file_view.ts";
import { locateIn } from "../../../../locate/mod.ts";
import { newTrace, NoAnswer, parseWebAddress } from "../../../../locate/result.ts";
import { loadConfiguration } from "../../../../locate/servers/nginx/installation.ts";
import { startDaemon } from "../../../support/daemon.ts";
import { get } from "../../../support/nginx_process.ts";
import { freePort, listens } from "../../../support/ports.ts";
import { testWithTools, tool } from "../../../support/require.ts";

interface InstallationModel {
  readonly title: string;
  /** By path below the folder; `@` is that folder, `#` the port. The first is the main file. */
  readonly files: Readonly<Record<string, string>>;
  /** Host, path, and below the folder where the file is, or the status without one. */
  readonly queries: readonly (readonly [host: string, path: string, answer: string | number])[];
}

const EVENTS = "events { worker_connections 768; }\n";
const TYPES = "types { text/html html; application/gzip gz tgz; }\n";
const K8S = "/dl.k8s.io/v1.32.4/kubelet";
const CNI = "/github.com/cni/cni-v1.6.2.tgz";

const installations: readonly InstallationModel[] = [
  {
    title: "Debian's package",
    files: {
      "nginx.conf": `worker_processes auto; include modules-enabled/*.conf;\n${EVENTS}http {
  sendfile on; tcp_nopush on; types_hash_max_size 2048; include mime.types;
  default_type application/octet-stream; gzip on; include conf.d/*.conf; include sites-enabled/*;\n}`,
      "mime.types": TYPES,
      "sites-enabled/default": `server { listen # default_server; root @/html;
  index index.html index.nginx-debian.html; server_name _; location / { try_files $uri $uri/ =404; } }`,
    },
    queries: [["h", K8S, `html${K8S}`], ["h", CNI, `html${CNI}`]],
  },
  {
    title: "the image of Docker Hub",
    files: {
      "nginx.conf":
        `worker_processes 1;\n${EVENTS}http { include mime.types; log_format main '$remote_addr - "$request" $status';
  keepalive_timeout 65; include conf.d/*.conf; }`,
      "mime.types": TYPES,
      "conf.d/default.conf": `server { listen #; server_name localhost;
  location / { root @/html; index index.html index.htm; }
  error_page 500 502 503 504 /50x.html; location = /50x.html { root @/html; } }`,
    },
    queries: [["localhost", K8S, `html${K8S}`], ["10.0.0.1", CNI, `html${CNI}`]],
  },
  {
    title: "kubespray's offline container",
    files: {
      "nginx.conf":
        `worker_processes auto;\n${EVENTS}http { include mime.types; sendfile on; keepalive_timeout 65;
  server { listen # default_server; server_name _; include default.d/*.conf;
    location / { root @/download; autoindex on; autoindex_exact_size off; autoindex_localtime on; }
    error_page 404 /404.html; location = /40x.html { }
    error_page 500 502 503 504 /50x.html; location = /50x.html { } } }`,
      "mime.types": TYPES,
    },
    queries: [["10.0.0.1", K8S, `download${K8S}`], ["10.0.0.1", CNI, `download${CNI}`]],
  },
  {
    title: "a panel's site with caches for pictures and closed dot files",
    files: {
      "nginx.conf":
        `worker_processes auto; worker_rlimit_nofile 51200;\n${EVENTS}http { include mime.types;
  server_names_hash_bucket_size 512; client_max_body_size 50m; server_tokens off;
  server { listen # default_server; root @/panel; location ~ /tmp/ { return 403; } }
  include vhost/*.conf; }`,
      "mime.types": TYPES,
      "vhost/files.conf":
        `server { listen #; server_name files.site www.files.site; index index.php index.html;
  root @/wwwroot/files; include rewrite/files.conf;
  location ~ ^/(\\.user.ini|\\.htaccess|\\.git|LICENSE|README.md) { return 404; }
  location ~ \\.well-known { allow all; }
  location ~ .*\\.(gif|jpg|png|bmp|swf)$ { expires 30d; error_log /dev/null; access_log /dev/null; }
  location ~ .*\\.(js|css)?$ { expires 12h; error_log /dev/null; } }`,
      "rewrite/files.conf": "# none\n",
    },
    queries: [
      ["files.site", K8S, `wwwroot/files${K8S}`],
      ["www.files.site", CNI, `wwwroot/files${CNI}`],
      ["files.site", "/README.md", 404],
      ["other", CNI, `panel${CNI}`],
    ],
  },
  {
    title: "a mirror with listings and a folder of its own for each project",
    files: {
      "nginx.conf":
        `${EVENTS}http { include mime.types; map $http_user_agent $crawler { default 0; "~*bot|spider" 1; }
  server { listen #; server_name mirror.site; root @/mirror; autoindex on; charset utf-8;
    if ($crawler) { return 403; }
    location / { index index.html; }
    location /k8s/ { alias @/data/k8s/; }
    location ^~ /github-release/ { alias @/data/releases/; }
    location ~ \\.sha256$ { add_header Cache-Control no-cache; } } }`,
      "mime.types": TYPES,
    },
    queries: [
      ["mirror.site", `/k8s${K8S}`, `data/k8s${K8S}`],
      ["mirror.site", "/github-release/a.sha256", "data/releases/a.sha256"],
      ["mirror.site", "/k8s/a.sha256", "mirror/k8s/a.sha256"],
    ],
  },
  {
    title: "Harbor's proxy with a folder of files beside it",
    files: {
      "nginx.conf":
        `worker_processes auto; pid nginx.pid;\n${EVENTS}http { client_body_temp_path tmp; proxy_temp_path tmp;
  upstream core { server 127.0.0.1:1; } upstream portal { server 127.0.0.1:1; }
  map $http_x_forwarded_proto $x_forwarded_proto { default $http_x_forwarded_proto; "" $scheme; }
  server { listen #; server_tokens off; client_max_body_size 0; chunked_transfer_encoding on;
    location / { proxy_pass http://portal/; proxy_set_header X-Forwarded-Proto $x_forwarded_proto; }
    location /v2/ { proxy_pass http://core/v2/; proxy_buffering off; }
    location /v1/ { return 404; }
    location /files { root @/harbor; } } }`,
    },
    queries: [["h", `/files${K8S}`, `harbor/files${K8S}`], ["h", "/v2/x", 502], [
      "h",
      "/v1/x",
      404,
    ]],
  },
  {
    title: "GitLab's front, with its pages and a release folder",
    files: {
      "nginx.conf": `${EVENTS}http { include mime.types; server_tokens off;
  upstream workhorse { server unix:@/gitlab.socket fail_timeout=0; }
  server { listen #; server_name gitlab.site; root @/public; client_max_body_size 0;
    location /offline/ { alias @/offline/; satisfy any; allow 127.0.0.0/8; deny all; }
    location ~ ^/(404|422|500|502)(-custom)?\\.html$ { root @/public; internal; }
    location / { proxy_read_timeout 300; proxy_pass http://workhorse; }
    error_page 502 /502.html; } }`,
      "mime.types": TYPES,
      "public/502.html": "down",
    },
    queries: [
      ["gitlab.site", `/offline${CNI}`, `offline${CNI}`],
      ["gitlab.site", "/group/project", 502],
      ["gitlab.site", "/404.html", 404],
    ],
  },
  {
    title: "Nexus behind it, files in front where they are there",
    files: {
      "nginx.conf": `${EVENTS}http { include mime.types; proxy_send_timeout 120;
  server { listen #; server_name nexus.site; keepalive_timeout 5 5;
    location /repository/ { proxy_pass http://127.0.0.1:1/repository/; }
    location / { root @/raw; try_files $uri @nexus; }
    location @nexus { proxy_pass http://127.0.0.1:1; } } }`,
      "mime.types": TYPES,
    },
    queries: [["nexus.site", K8S, `raw${K8S}`], ["nexus.site", "/repository/x", 502]],
  },
  {
    title: "one server for many names, by a map",
    files: {
      "nginx.conf": `${EVENTS}http { include mime.types; map_hash_bucket_size 128;
  map $host $site { hostnames; default none; include sites.map; }
  server { listen # default_server; root @/sites/$site; } }`,
      "mime.types": TYPES,
      "sites.map": "files.site files;\n*.mirror.site mirrors;\n",
    },
    queries: [
      ["files.site", CNI, `sites/files${CNI}`],
      ["cn.mirror.site", CNI, `sites/mirrors${CNI}`],
      ["10.0.0.1", CNI, `sites/none${CNI}`],
    ],
  },
  {
    title: "an old path that is rewritten to the new one",
    files: {
      "nginx.conf": `${EVENTS}http { include mime.types;
  server { listen #; server_name _; root @/srv; rewrite ^/download/(.*)$ /files/$1 last;
    location /files/ { autoindex on; location ~* \\.(gz|tgz|zip)$ { add_header X-Accel yes; } }
    location /up/ { limit_except GET HEAD { deny all; } rewrite ^/up/(.*)$ /incoming/$1 break; }
    location / { return 302 /files/; } } }`,
      "mime.types": TYPES,
    },
    queries: [
      ["h", `/download${CNI}`, `srv/files${CNI}`],
      ["h", `/up${K8S}`, `srv/incoming${K8S}`],
      ["h", K8S, 302],
    ],
  },
];

for (const { title, files, queries } of installations) {
  testWithTools(`an installation: ${title}`, ["nginx"], async () => {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "binimport-nginx-" }));
    try {
      const port = freePort();
      for (const [path, text] of Object.entries(files)) {
        put(
          `${folder}/${path}`,
          text.replaceAll("@/", `${folder}/`).replaceAll("listen #", `listen ${port}`),
        );
      }
      const options = "daemon off; master_process off;" +
        (files["nginx.conf"]?.includes("pid nginx.pid") ? "" : " pid nginx.pid;");
      const nginx = tool("nginx") ?? "nginx";
      const argv = ["-p", folder, "-c", "nginx.conf", "-e", "error.log"];
      await using _nginx = await startDaemon(
        { argv: [nginx, ...argv, "-g", options] },
        () => listens(port),
      );
      const confPath = `${folder}/nginx.conf`;
      const configuration = await loadConfiguration({ view: hostView, confPath, prefix: folder });
      for (const [host, path, expected] of queries) {
        const address = parseWebAddress(`http://${host}:${port}${path}`);
        const found = await locateIn(configuration, address, newTrace())
          .then(({ containerPath }) => containerPath, (error) => {
            if (error instanceof NoAnswer) return error;
            throw error;
          });
        if (typeof expected === "string") {
          assert.equal(found, `${folder}/${expected}`);
          put(`${folder}/${expected}`, expected);
        } else assert.ok(found instanceof NoAnswer, `${path}: ${found}`);
        const { status, body } = await get(port, path, `${host}:${port}`);
        assert.deepEqual(
          typeof expected === "string" ? [status, body] : status,
          typeof expected === "string" ? [200, expected] : expected,
        );
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

function put(path: string, text: string): void {
  Deno.mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
  Deno.writeTextFileSync(path, text);
}
