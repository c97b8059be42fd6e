import fc from "../../../support/property.ts";
import assert from "node:assert/strict";
import { pcre } from "../../../../locate/servers/pcre/mod.ts";
import { get, startNginx } from "../../../support/nginx_process.ts";
import { freePort } from "../../../support/ports.ts";
import { testWithTools } from "../../../support/require.ts";

/** Expressions that PCRE and JavaScript read alike or not; all are translated. */
const TRANSLATED: readonly string[] = [
  "a",
  "^/q",
  "a$",
  "^/q[a-f]+$",
  "a.b",
  "\\.(gz|tgz)$",
  "(?i)A",
  "(?i)^/q",
  "(?i)(?s)xa",
  "a(?i)b|B",
  "(?:(?i)a)b",
  "(?i:a)B",
  "(?i)a(?-i)b",
  "(?s)a.b",
  "(?-s)a.b",
  "(?is)A.B",
  "a(?=b)",
  "a(?!b)",
  "(?<=a)b",
  "(?<!a)b",
  "(?>a+)b",
  "(?>a|ab)b",
  "a++b",
  "[ab]*+b",
  "(?:ab|a)?+b",
  "a{2}",
  "a{1,2}b",
  "a{2,}?b",
  "a{x",
  "a{",
  "x{,",
  "[[:digit:]]",
  "[[:^alpha:]]$",
  "[[:upper:][:space:]]",
  "[[:punct:]]",
  "[^[:alnum:]/]",
  "[]a]",
  "[^]a]b",
  "[a-]",
  "[-a]",
  "[a\\-z]",
  "[\\w-]",
  "[\\d.-]",
  "[^\\W]_",
  "[\\x41-\\x43]",
  "[\\s]",
  "[^\\S]",
  "[\\h]",
  "[\\]]",
  "[a^]",
  "[$]",
  "\\d\\D",
  "\\w\\W",
  "\\s",
  "\\S$",
  "\\h",
  "\\v",
  "\\V$",
  "\\bab",
  "a\\B",
  "\\A/q",
  "b\\Z",
  "b\\z",
  "\\x62",
  "\\x{62}",
  "\\n",
  "\\e|\\a|\\f",
  "\\-",
  "\\_",
  "\\/q",
  "}",
  "]",
  "(a)|(b)",
  "(a)?(b)",
  "((a)b)+",
  "(?:(a)|b)*",
  "(?P<one>a)(?<two>b)",
  "(?'one'a)",
  "(?#comment)a",
  "()",
  "(|a)b",
  "^(?!.*(?:a|b)).*$",
  "\xe9",
  "[\xc0-\xff]",
  "(?i)\xe9",
  "(a*)*b",
  "(a*?)b",
  "(.*)a(.*)",
  "(.*?)a(.*)",
  "(?<=(?>a))b",
  "(?<=(a|b))(.)",
  "(?:|a)*b",
  "^/q(?:a|)+$",
  "a{0}b",
  "(?i)[^a](?-i:A)",
];

/** What cannot be translated faithfully, or is no expression at all. */
const REFUSED: readonly string[] = [
  "(a)\\1",
  "(?R)",
  "(?1)",
  "(?(1)a|b)",
  "(?|a|b)",
  "(?m)^a",
  "(?x)a b",
  "(*UTF8)a",
  "\\Ka",
  "\\Ga",
  "\\Qa\\E",
  "\\R",
  "\\X",
  "\\pL",
  "\\C",
  "\\cA",
  "\\o{101}",
  "\\k<a>",
  "a{,2}",
  "[[.a.]]",
  "[a",
  "(a",
  "a)",
  "*a",
  "a**",
  "a\\",
  "[b-a]",
  "[[:nothing:]]",
  "(?<a>b)(?<a>c)",
];

function translated(source: string, caseless = false) {
  const pattern = pcre(source, caseless);
  if ("refused" in pattern) assert.fail(`${source}: ${pattern.refused}`);
  return pattern;
}

for (const source of REFUSED) {
  Deno.test(`pcre refuses ${source}`, () => {
    assert.ok("refused" in pcre(source, false));
  });
}

Deno.test("groups are numbered and named as in PCRE", () => {
  const match = translated("^/(?<user>\\w+)/(?:x/)?(.*)$").match("/ann/x/y");
  assert.deepEqual(match?.groups, ["/ann/x/y", "ann", "y"]);
  assert.deepEqual([...match?.named ?? []], [["user", "ann"]]);
  assert.equal(match?.exact, true);
});

Deno.test("groups in what is repeated are not exact, optional ones are", () => {
  assert.equal(translated("(a)*").match("a")?.exact, false);
  assert.equal(translated("(?:(a)|b){2}").match("ab")?.exact, false);
  assert.equal(translated("(a)?b").match("ab")?.exact, true);
});

Deno.test("case is that of ASCII alone", () => {
  assert.equal(translated("\xe9", true).match("\xc9"), undefined);
  assert.ok(translated("[^a]", true).match("b"));
  assert.equal(translated("^[^a]$", true).match("A"), undefined);
  assert.ok(translated("[[:upper:]]", true).match("a"));
});

/** Bytes that classes and anchors tell apart; never `//` or a `.` behind a slash. */
const subjects = fc.array(
  fc.constantFrom(..."aabbABxz019_-.]^${} \t\n\v\f\r\x1b\x07\x85\xa0\xe9\xc9"),
  { maxLength: 6 },
).map((chars) => `/q${chars.join("")}`);

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

testWithTools("translated expressions match what nginx matches", ["nginx"], async () => {
  const sources = TRANSLATED.flatMap((source) => [[source, false], [source, true]] as const);
  const folder = await Deno.makeTempDir();
  try {
    const port = freePort();
    const servers = sources.map(([source, caseless], i) =>
      `server {
      listen 127.0.0.1:${port}; server_name r${i};
      location ~${caseless ? "*" : ""} "${
        source.replace(/["\\]/g, "\\$&")
      }" { return 200 "<$1|$2>"; }
      location / { return 404; }
    }`
    );
    const config = `server_names_hash_max_size 4096;\n${servers.join("\n")}`;
    await using _nginx = await startNginx(folder, config, port);
    const patterns = sources.map(([source, caseless]) => translated(source, caseless));
    for (const subject of fc.sample(subjects, 25)) {
      const path = `/${[...subject.slice(1)].map(percent).join("")}`;
      await Promise.all(patterns.map(async (pattern, i) => {
        const { status, body } = await get(port, path, `r${i}`);
        const match = pattern.match(subject);
        const shown = `${JSON.stringify(subject)} by ${sources[i]}`;
        assert.equal(status, match === undefined ? 404 : 200, shown);
        if (match?.exact !== true) return;
        const [, one = "", two = ""] = match.groups;
        assert.equal(body, `<${one}|${two}>`, shown);
      }));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
