/** For wrong configurations, `locate` and `nginx -t` refuse the same line; and both take the others. */
import fc from "../../../support/property.ts";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { BinimportError } from "../../../../core/util/errors.ts";
import { hostView } from "../../../../locate/file_view.ts";
import { COMMANDS } from "../../../../locate/servers/nginx/read/commands.ts";
import { loadConfiguration } from "../../../../locate/servers/nginx/installation.ts";
import { configurations } from "../../../support/locate/nginx_arbitrary.ts";
import { freePort } from "../../../support/ports.ts";
import { testWithTools, tool } from "../../../support/require.ts";

/** Configurations that are tried; `LOCATE_RUNS=5000` looks longer for what is rare. */
const RUNS = Number(Deno.env.get("LOCATE_RUNS") ?? 300);

/** A line of the configuration file; 0 where nginx names none; undefined where it is accepted. */
type Verdict = { readonly line: number; readonly said: string } | undefined;

/** What nginx says of a configuration. A port that is in use is no fault of it. */
async function nginxVerdict(folder: string): Promise<Verdict> {
  const { success, stderr } = await new Deno.Command(tool("nginx") ?? "nginx", {
    args: ["-t", "-q", "-p", folder, "-c", "nginx.conf", "-e", "error.log"],
    stdin: "null",
    stdout: "null",
  }).output();
  const said = new TextDecoder().decode(stderr);
  if (success || /bind\(\) to/.test(said)) return undefined;
  const emerg = said.split("\n").findLast((line) => line.includes("[emerg]")) ?? said;
  return { line: Number(/ in \S+:(\d+)$/.exec(emerg)?.[1] ?? 0), said: emerg };
}

async function ownVerdict(folder: string): Promise<Verdict> {
  const confPath = `${folder}/nginx.conf`;
  try {
    await loadConfiguration({ view: hostView, confPath, prefix: folder });
    return undefined;
  } catch (error) {
    if (!(error instanceof BinimportError)) throw error;
    const [, line = "0"] = /nginx\.conf:(\d+)/.exec(error.message) ?? [];
    return { line: Number(line), said: error.message };
  }
}

/** How long a name may be depends on the processor. */
const NOT_FOLLOWED = /server_names_hash/;

/** nginx gives no line for a variable that nobody makes, nor for a missing events section. */
function agree(own: Verdict, nginx: Verdict): boolean {
  if (own === undefined || nginx === undefined) return own === nginx;
  return nginx.line === 0 || own.line === nginx.line;
}

interface Compared {
  readonly own: Verdict;
  readonly nginx: Verdict;
}

async function compare(folder: string, text: string): Promise<Compared> {
  await Deno.writeFile(`${folder}/nginx.conf`, Buffer.from(text, "latin1"));
  const [own, nginx] = await Promise.all([ownVerdict(folder), nginxVerdict(folder)]);
  return { own, nginx };
}

function shown({ own, nginx }: Compared, text: string): string {
  return `ours: ${own?.said}\nnginx: ${nginx?.said}\n${
    text.split("\n").map((line, i) => `${i + 1}\t${line}`).join("\n")
  }`;
}

/** The main file around an http block; it writes nowhere but below its own folder. */
function whole(http: string): string {
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path tmp;`).join(" ");
  return `pid nginx.pid;\nevents {\n}\nhttp {\naccess_log off;\n${paths}\n${http}\n}\n`;
}

/** One thing that people get wrong, at some line of a file. */
type Mutation = (lines: string[], at: number, other: number) => void;

function edit(change: (line: string) => string): Mutation {
  return (lines, at) => void (lines[at] = change(lines[at] ?? ""));
}

const MUTATIONS: readonly Mutation[] = [
  edit((line) => line.replace(";", "")),
  edit((line) => line.replace(";", "\xef\xbc\x9b")),
  edit((line) => line.replace("{", "")),
  edit((line) => line.replace("}", "")),
  edit((line) => line.replace(" ", "\xc2\xa0")),
  edit((line) => line.replace(/ (\S+);$/, ";")),
  edit((line) => line.replace(";", " more;")),
  edit((line) => line.replace(/;$/, " { }")),
  edit((line) => line.replace(/^(\w+) .*;$/, "$1;")),
  edit((line) => line.replace(/"/, "")),
  edit((line) => line.replace("$", "$$ ")),
  edit((line) => line.replace("$", "${")),
  edit((line) => line.replace("(", "")),
  edit((line) => line.replace(")", "")),
  edit((line) => line.replace(/\d+/, "x")),
  edit((line) => line.replace(/@\/\w*/, "$$document_root")),
  edit((line) => line.replace(/^location (\S+) /, "location ~~ $1 ")),
  edit((line) => line.replace(/^location /, "location = ")),
  edit((line) => line.replace(/^root/, "alias")),
  edit((line) => line.replace(/^alias/, "root")),
  edit((line) => line.replace(/#1/, "#1 default_server")),
  edit((line) => line.replace(/#1/, "${PORT}")),
  (lines, at) => void lines.splice(at, 0, lines[at] ?? ""),
  (lines, at) => void lines.splice(at, 1),
  (lines, at, other) => void lines.splice(other, 0, ...lines.splice(at, 1)),
  (lines, at, other) => void lines.splice(other, 0, lines[at] ?? ""),
];

testWithTools(
  "locate and nginx -t refuse the same line of a wrong configuration",
  ["nginx"],
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "binimport-mistakes-" });
    const refused = new Set<string>();
    try {
      const [first, second] = [freePort(), freePort()];
      const mutations = fc.array(
        fc.tuple(fc.constantFrom(...MUTATIONS), fc.nat(), fc.nat()),
        { minLength: 1, maxLength: 2 },
      );
      await fc.assert(
        fc.asyncProperty(configurations, mutations, async ({ http }, changes) => {
          const lines = http.split("\n").filter((line) => line !== "");
          for (const [mutate, at, other] of changes) {
            mutate(lines, at % lines.length, other % lines.length);
          }
          const text = whole(lines.join("\n")).replaceAll("@/", `${folder}/`)
            .replaceAll("#1", String(first)).replaceAll("#2", String(second));
          const compared = await compare(folder, text);
          refused.add((compared.nginx?.said ?? "").replace(/^.*\[emerg\] \S+ |".*$/g, ""));
          if (NOT_FOLLOWED.test(compared.nginx?.said ?? "")) return;
          assert.ok(agree(compared.own, compared.nginx), shown(compared, text));
        }),
        { numRuns: RUNS },
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    assert.ok(refused.size > 5, `kinds that were met: ${[...refused].join(" | ")}`);
  },
);

/** What people get wrong in a server, one thing each. */
const IN_SERVER: readonly string[] = [
  "ro\u200bot /srv;",
  "root\u3000/srv;",
  "\u00a0root /srv;",
  "\ufeffroot /srv;",
  "location / \uff5b\nroot /srv;\n}",
  "root \u201c/srv/www\u201d;",
  "server_name a\uff1b\nroot /srv;",
  "alias /srv/;",
  "location /a/ { alias /srv/a /srv/b; }",
  "root /srv\nlocation / { }",
  "root /srv\n",
  "autoindex yes;",
  "worker_processes 2;",
  "keepalive_timeout ${SECONDS};",
  "if ($host == b) { return 403; }",
  "if ($host = b) { return 403; } else { root /srv; }",
  "if ($host = b) { return 403; }\nelseif ($host = c) { root /srv; }",
  "deny 10.0.0.0/33;",
  "deny node1.example.com;",
  "valid_referers none;",
  "valid_referers none blocked ~x;",
  "valid_referers none;\nvalid_referers a.test;",
  "location / { proxy_pass 127.0.0.1:80; }",
  "{% if x %}\nroot /srv;\n{% endif %}",
  "root <%= @root %>;",
  "root ${WWW_ROOT};",
  "listen $PORT;",
  "listen {{ port }};",
  "listen 70000;",
  "listen [::1]:;",
  "client_max_body_size ${MAX};",
  "client_max_body_size 100MB;",
  "client_max_body_size 2G;",
  "client_body_buffer_size 2g;",
  "proxy_read_timeout 60sec;",
  "proxy_connect_timeout 1s500ms;",
  "keepalive_timeout 65 60;",
  "keepalive_timeout 65;\nkeepalive_timeout 60;",
  "access_log x.log main;",
  "access_log syslog:server=127.0.0.1 combined;",
  "location / { proxy_set_header X $proxy_x_forwarded_proto; }",
  "location / { proxy_set_header X $proxy_add_x_forwarded_for$proxy_host$proxy_port; }",
  "location / { proxy_pass ${UPSTREAM}; }",
  "access_log ${LOG;",
  "expires 1x;",
  "expires modified @1h;",
  "expires @25h;",
  "expires 1d;\nexpires $x;",
  "expires modified -1h30m;",
  "expires @15h30m;",
  "expires @1w;",
  "expires @3600;",
  "location ~ x { proxy_pass http://127.0.0.1/y; }",
  "location ~ x { proxy_pass http://127.0.0.1; }",
  "location / { if ($host) { proxy_pass http://127.0.0.1/y; } }",
  "location / { limit_except GET { proxy_pass http://127.0.0.1/y; } }",
  "location / { proxy_pass http://127.0.0.x; }",
  "location / { proxy_pass http://backend.invalid/; }",
  "location / { proxy_pass http://127.0.0.1:port; }",
  "location / { proxy_pass http://; }",
  "location / { proxy_pass http://127.0.0.1; proxy_pass http://127.0.0.1; }",
  "location / { proxy_pass http://unix:/run/x.sock:/y; }",
  "location / { fastcgi_pass 127.0.0.1; }",
  "location / { fastcgi_pass http://127.0.0.1:9000; }",
  "location / { uwsgi_pass uwsgi://127.0.0.1:70000; }",
  "resolver 127.0.0.x;",
  "resolver 127.0.0.1:53 valid=30s ipv6=off;",
  "resolver 127.0.0.1 valid=soon;",
  "resolver 127.0.0.1 ipv6=no;",
  "root /srv/$sub_domain;",
  "root /srv/$host_name;",
  "if ($mobile) { return 403; }",
  'add_header X "$x-$requestid";',
  "location ~ ^/(?<part>x) { root /srv/$PART; }",
  "set $a $arg_x$http_x_y$cookie_z;\nreturn 200 $A;",
  "disable_symlinks on from=${x;",
];

/** The same in a map or geo. */
const IN_HTTP: readonly string[] = [
  "map $host $a { default 1; b c d; }",
  "map $host $a { default; }",
  "map $host $a { b 1; B 2; }",
  "map $host $a { default 1; default 2; }",
  "map $host $a { ~( 1; }",
  "map $host a { b 1; }",
  "map ${a $b { x y; }",
  "map $host $a { b { c d; } }",
  "map $host $a { hostnames; volatile; *.b 1; .b 2; }",
  "geo $a { default 0; 10.0.0 1; }",
  "geo $a { default 0; 10.0.0.0/8 1 2; }",
  "geo $a { ranges; default 0; 10.0.0.0-10.0.0.9 1; }",
  "geo a { default 0; }",
  "split_clients $host $a { 10% b; * c; }",
  "split_clients $host $a { 10 b; * c; }",
  "split_clients $host $a { 60% b; 50% c; }",
  "split_clients $host $a { * b; 1% c; }",
  "split_clients $host $a { 0.001% b; }",
  "split_clients $host $a { 1% b { c; } }",
  "upstream a { }",
  "upstream a { ip_hash; }",
  "upstream a { server 127.0.0.1:80 weight=2 max_fails=3 fail_timeout=30s; keepalive 8; }",
  "upstream a { server 127.0.0.1 weigth=2; }",
  "upstream a { server 127.0.0.1:x; }",
  "upstream a { server 127.0.0.1 fail_timeout=soon; }",
  "upstream a { server b.invalid; }",
  "upstream a { server http://127.0.0.1; }",
  "upstream a { server 127.0.0.1; }\nupstream a { server 127.0.0.1; }",
  "upstream a { server; }",
  "upstream a { server 127.0.0.1; listen 80; }",
  "upstream a { hash $uri_; server 127.0.0.1; }",
  "log_format x '$remote_addr $remote_usr';",
  "log_format x a;\nlog_format x b;",
  "log_format combined a;",
  "log_format x a;\nserver { access_log x.log x buffer=32k; }",
  "server { access_log x.log x; }\nlog_format x a;",
  "types_hash_max_size 2k;",
  "proxy_headers_hash_bucket_size 64;",
  "server { location / { proxy_pass http://a.1; } }\nupstream a.1 { server 127.0.0.1; }",
];

testWithTools("locate and nginx -t judge alike what people get wrong", ["nginx"], async () => {
  const folder = await Deno.makeTempDir({ prefix: "binimport-mistakes-" });
  try {
    const port = freePort();
    const inServer = IN_SERVER.map((text) => `server {\nlisten ${port};\n${text}\n}`);
    const inHttp = IN_HTTP.map((text) => `${text}\nserver { listen ${port}; }`);
    for (const http of [...inServer, ...inHttp]) {
      const text = Buffer.from(whole(http), "utf8").toString("latin1");
      const compared = await compare(folder, text);
      assert.ok(agree(compared.own, compared.nginx), shown(compared, text));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Each kind of block, with a place for one directive. */
const PLACES = ["@", "events { @ }", "http { @ }"].concat(
  ["@", "location /a { @ }", "if ($host) { @ }", "location /b { if ($host) { @ } }"]
    .map((inside) => `http { server { listen #1; ${inside} } }`),
  "http { server { listen #1; location /c { limit_except GET { @ } } } }",
);

/** Of these nginx's own words are compared; of others only where they stand and how many there are. */
const BY_TABLE =
  /not allowed here|invalid number of arguments|is not terminated|has no opening|must be "on" or "off"/;

testWithTools(
  "nginx's commands: where each may stand, and with how many words",
  ["nginx"],
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "binimport-commands-" });
    let compared = 0;
    try {
      const one = fc.tuple(
        fc.constantFrom(...COMMANDS.keys()),
        fc.constantFrom(...PLACES),
        fc.nat(4),
        fc.constantFrom(";", ";", ";", "{}"),
      );
      await fc.assert(
        fc.asyncProperty(one, async ([name, place, count, end]) => {
          if (name === "events" || name === "http" || name === "include") return;
          const words = Array(count).fill("on").join(" ");
          const http = place.includes("http") ? "" : "http { }";
          const events = place.startsWith("events") ? "" : "events {}\n";
          const text = `pid nginx.pid;\n${events}${
            place.replace("@", `\n${name} ${words}${end}\n`)
          }\n${http}\n`.replace("#1", String(freePort()));
          const verdicts = await compare(folder, text);
          const { own, nginx } = verdicts;
          if (nginx !== undefined && !BY_TABLE.test(nginx.said)) return; // of its values, or unknown
          compared++;
          const command = COMMANDS.get(name);
          assert.ok(command);
          assert.ok(agree(own, nginx), shown(verdicts, text));
        }),
        { numRuns: RUNS },
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    assert.ok(compared > RUNS / 4, `${compared} were compared`);
  },
);
