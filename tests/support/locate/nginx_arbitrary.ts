/** Configurations of nginx that it accepts, for property tests. */
import fc from "../property.ts";

/** A configuration: `@` stands for the folder of its files, `#1` and `#2` for two ports. */
export interface ConfigurationModel {
  /** What stands in the http block. */
  readonly http: string;
  /** Whether all servers share one socket, so that the host name alone decides. */
  readonly oneSocket: boolean;
}

/** Host names: some have a server of their own in most configurations. */
export const HOSTS: readonly string[] = [
  "a.test",
  "www.a.test",
  "deep.www.a.test",
  "b.test",
  "x1.test",
  "www.other",
  "none",
];

const NAMES = [
  "a.test",
  "*.a.test",
  "*.www.a.test",
  ".b.test",
  "www.*",
  '"~^x(\\d)\\.test$"',
  '"~^www\\.(?<site>.+)$"',
  "127.0.0.1",
  "_",
];
const PREFIXES = ["/", "/a", "/a/", "/a/b", "/a/b/", "/b", "/b/", "/a.gz", "/x/", "/a b"];
const REGEXES = [
  "\\.(gz|tgz)$",
  "^/a/(.*)$",
  "^/(?<dir>[a-z]+)/",
  "(?i)\\.GZ$",
  "b",
  "^/x/(.+)\\.gz$",
  "[[:digit:]]",
  "^/[^/]+$",
];
const ROOTS = ["@/r0", "@/r1/", "rel", '"@/r 2"', "@/r0/../r1", "@/$host", "@/r$bit", "@/$WHERE"];
const ALIASES = ["@/r1/", "@/r1", "@/r0/a/", "@/r1/b"];
const REGEX_ALIASES = ["@/r1/$1", "@/r1/", "@/r0/$1.gz"];

const some = fc.constantFrom;

const tryFiles = fc.tuple(
  fc.array(some("$uri", "$uri/", "/only.txt", "/a$uri", "$uri.gz", "/a/b"), {
    minLength: 1,
    maxLength: 3,
  }),
  some("=404", "/b/fallback", "@named", "/a$uri"),
).map(([files, last]) => `try_files ${files.join(" ")} ${last};`);

const access = some(
  "auth_request /asked/yes;",
  "auth_request /asked/no;",
  "error_page 403 404 405 =200 /b/fallback; deny all;",
  "error_page 403 405 410 = @named;",
  "error_page 403 /b/fallback; deny all;",
  "deny all;",
  "allow 127.0.0.1; deny all;",
  "deny 10.0.0.0/8; allow all;",
  "deny 0.0.0.0/1; deny 128.0.0.0/1;",
);

const rewrites = some(
  "return 403;",
  "return 302 /elsewhere;",
  "if ($request_method = POST) { return 405; }",
  "if ($request_method !~ ^(GET|HEAD)$) { return 405; }",
  "if (!-f $request_filename) { return 410; }",
  "if (-d $request_filename) { return 411; }",
  "if ($host = a.test) { return 412; }",
  'if ($uri ~* "\\.GZ$") { return 413; }',
  "set $kind 0; if ($uri ~ ^/b) { set $kind 1; } if ($kind) { return 414; }",
  "rewrite ^/x/(.*)$ /b/$1 last;",
  "rewrite ^/x/(.*)$ /a/$1 break;",
  "rewrite ^/a/(.*)$ /x/$1;",
  "rewrite ^/b/(.*)$ /a/$1?n=1;",
  "rewrite ^/b$ /a permanent;",
  "rewrite ^ /b/fallback; break;",
  "if ($uri ~ ^/x/(.*)) { rewrite ^ /r/$1 break; }",
  'if ($http_user_agent ~* "bot|spider") { return 403; }',
  "if ($bit) { return 403; }",
  "if ($same) { return 403; }",
  "valid_referers none example.org; if ($invalid_referer) { return 403; }",
  "valid_referers blocked example.org; if ($invalid_referer) { return 403; }",
  'secure_link $arg_md5; secure_link_md5 x; if ($secure_link = "") { return 403; }',
  "if ($arg_none) { return 415; } break;",
);

const locationOnly = some(
  "internal;",
  "proxy_pass http://127.0.0.1:1;",
  "limit_except GET { deny all; }",
  "limit_except POST { deny all; }",
  "if ($uri ~ a) { root @/r1; }",
  "if ($uri ~ (b)) { expires 1d; }",
  "index only.txt;",
);

/** One in so many times, else nothing: else hardly any URL would lead to a file. */
function oneIn(times: number, one: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight: times - 1, arbitrary: fc.constant("") }, { weight: 1, arbitrary: one });
}

function root(): fc.Arbitrary<string> {
  return some(...ROOTS).map((folder) => `root ${folder};`);
}

function alias(folders: readonly string[]): fc.Arbitrary<string> {
  return some(...folders).map((folder) => `alias ${folder};`);
}

interface Level {
  /** The prefix that nested ones must begin with. */
  readonly parent: string;
  readonly regexOnly: boolean;
  readonly depth: number;
}

const MAX_DEPTH = 2;

interface LocationModel {
  readonly key: string;
  readonly text: string;
}

function locations(level: Level): fc.Arbitrary<string> {
  return fc.uniqueArray(location(level), {
    maxLength: level.depth === 0 ? 5 : 3,
    selector: ({ key }) => key,
  }).map((all) => all.map(({ text }) => text).join("\n"));
}

function location(level: Level): fc.Arbitrary<LocationModel> {
  const { parent, regexOnly } = level;
  const prefixes = PREFIXES.filter((prefix) => prefix.startsWith(parent));
  const prefix = () =>
    fc.tuple(some("", "^~ ", "= "), some(...prefixes)).chain(([modifier, name]) =>
      block(level, `${modifier}"${name}"`, modifier === "= " ? undefined : name, alias(ALIASES))
        .map((text) => ({ key: `${modifier === "= "} ${name}`, text }))
    );
  const regex = fc.tuple(some("~ ", "~* "), some(...REGEXES)).chain(([modifier, source]) =>
    block(level, `${modifier}"${source}"`, "regex", alias(REGEX_ALIASES))
      .map((text) => ({ key: text, text }))
  );
  return regexOnly || prefixes.length === 0
    ? regex
    : fc.oneof({ weight: 3, arbitrary: prefix() }, { weight: 2, arbitrary: regex });
}

/** @param inside the prefix of nested locations, `regex` for expressions alone; none may be */
function block(
  level: Level,
  head: string,
  inside: string | undefined,
  ownAlias: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  const regexOnly = inside === "regex";
  const deeper = { parent: inside ?? "", regexOnly, depth: level.depth + 1 };
  const nested = inside === undefined || level.depth >= MAX_DEPTH
    ? fc.constant("")
    : oneIn(3, locations(deeper));
  return fc.tuple(
    fc.oneof(fc.constant(""), root(), ownAlias),
    oneIn(5, tryFiles),
    oneIn(8, access),
    oneIn(8, rewrites),
    oneIn(6, locationOnly),
    nested,
  ).map((parts) => `location ${head} {\n${parts.filter((part) => part !== "").join("\n")}\n}`);
}

const server = fc.record({
  port: some("#1", "#1", "#2"),
  address: some("", "127.0.0.1:"),
  names: fc.uniqueArray(some(...NAMES), { maxLength: 3 }),
  body: fc.tuple(
    oneIn(2, root()),
    oneIn(8, tryFiles),
    oneIn(12, access),
    oneIn(12, rewrites),
    oneIn(8, fc.constant("merge_slashes off;")),
    locations({ parent: "", regexOnly: false, depth: 0 }),
  ).map((parts) => parts.filter((part) => part !== "").join("\n")),
});

/** What maps make: of a host and of a path, and of a client whatever it is. */
const MAPS = `map $host $bit { hostnames; default 0; A.test 1; *.a.test 1; ~^x 1; "" 1; }
map $uri $where { default r0; ~^/a/(?<rest>.+)$ r1; /b/fallback $bit; }
geo $same { default 0; 127.0.0.0/8 0; }`;

/** Configurations of one to three servers, the first of which listens on port `#1`. */
export const configurations: fc.Arbitrary<ConfigurationModel> = fc.record({
  servers: fc.array(server, { minLength: 1, maxLength: 3 }),
  oneSocket: fc.boolean(),
  defaultServer: fc.nat(2),
  httpRoot: oneIn(2, root()),
}).map(({ servers, oneSocket, defaultServer, httpRoot }) => {
  const texts = servers.map(({ port, address, names, body }, i) => {
    const listen = oneSocket ? "#1" : `${address}${i === 0 ? "#1" : port}`;
    return `server {
listen ${listen}${i === defaultServer ? " default_server" : ""};
${names.length === 0 ? "" : `server_name ${names.join(" ")};`}
${body}
location @named { root @/r1; }
location = /asked/yes { return 204; }
location = /asked/no { return 401; }
}`;
  });
  return { http: [MAPS, httpRoot, ...texts].join("\n"), oneSocket };
});

const segment = some("a", "b", "a.gz", "b.tgz", "x", "1", "c.GZ", "only.txt");

/** Paths of files, some of them in odd spellings. */
export const paths: fc.Arbitrary<string> = fc.array(segment, { minLength: 1, maxLength: 4 })
  .chain((segments) => {
    const plain = `/${segments.join("/")}`;
    return fc.oneof(
      { weight: 6, arbitrary: fc.constant(plain) },
      {
        weight: 1,
        arbitrary: some(
          plain.replace("/", "//"),
          plain.replace("a", "%61"),
          `/b/..${plain}`,
          `/b%2f..${plain}`,
          `/.${plain}`,
          `/..${plain}`,
          plain.replace("/a", "/a%20b"),
          `/b//..${plain}`,
        ),
      },
    );
  });
