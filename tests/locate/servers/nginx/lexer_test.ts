import assert from "node:assert/strict";
import { type Source, sourceOf } from "../../../../locate/config_text.ts";
import { mainBlock } from "../../../../locate/servers/nginx/read/block.ts";
import type { Directive } from "../../../../locate/servers/nginx/directive.ts";
import { nextStatement, startOf } from "../../../../locate/servers/nginx/read/lexer.ts";
import { NGINX, parse as parseFile } from "../../../../locate/servers/nginx/read/parser.ts";
import { failsWith } from "../../../support/fails_with.ts";

/** The directives of a main file that includes none. */
async function parse(source: Source): Promise<Directive[]> {
  return await parseFile(source, mainBlock(), () => Promise.resolve([]));
}

/** Statements as their words and what ends them. */
function statements(text: string): string[][] {
  const cursor = startOf(sourceOf("f", text, NGINX));
  const found: string[][] = [];
  for (let one = nextStatement(cursor); one.end !== "eof"; one = nextStatement(cursor)) {
    found.push([...one.words, one.end]);
  }
  return found;
}

const tokens: readonly [title: string, text: string, expected: readonly (readonly string[])[]][] = [
  ["words and ends", "a b;c { d; }", [["a", "b", ";"], ["c", "{"], ["d", ";"], ["}"]]],
  ["several directives on a line", "a;b 1;c{d;}", [["a", ";"], ["b", "1", ";"], ["c", "{"], [
    "d",
    ";",
  ], ["}"]]],
  ["CRLF and tabs", "a\t1;\r\nb\r\n2;\r\n", [["a", "1", ";"], ["b", "2", ";"]]],
  ["a comment where a word begins", "a # b; c\n d;", [["a", "d", ";"]]],
  ["no comment inside a word", "a b#c;", [["a", "b#c", ";"]]],
  ["a comment at the very end", "a; # b", [["a", ";"]]],
  ["quotes", `a "b c" 'd;e{' "";`, [["a", "b c", "d;e{", "", ";"]]],
  ["quotes inside a word", `a b"c d;`, [["a", `b"c`, "d", ";"]]],
  ["a quote of the other kind", `a "it's" 'say "x"';`, [["a", "it's", `say "x"`, ";"]]],
  ["a quoted line feed", `a "b\nc";`, [["a", "b\nc", ";"]]],
  ["escapes", String.raw`a "\"\'\\\t\r\n\d\.";`, [["a", "\"'\\\t\r\n\\d\\.", ";"]]],
  ["an escaped blank stays with its backslash", "a /b\\ c;", [["a", "/b\\ c", ";"]]],
  ["an escaped semicolon", "a b\\;c;", [["a", "b\\;c", ";"]]],
  ["a variable in braces", "a ${b}c;", [["a", "${b}c", ";"]]],
  ["a variable before a block", "a $b{c;}", [["a", "$b", "{"], ["c", ";"], ["}"]]],
  ["braces behind a dollar sign", "a ${{b};", [["a", "${{b}", ";"]]],
  ["a quoted regular expression", `location ~ "^/\\d{3}$" {}`, [
    ["location", "~", "^/\\d{3}$", "{"],
    ["}"],
  ]],
  ["a parenthesis behind a quote", `if ($a ~ "b c") {}`, [
    ["if", "($a", "~", "b c", ")", "{"],
    ["}"],
  ]],
  ["a closing brace inside a word", "a b}c;", [["a", "b}c", ";"]]],
];

for (const [title, text, expected] of tokens) {
  Deno.test(`lexer: ${title}`, () => assert.deepEqual(statements(text), expected));
}

const mistakes: readonly [title: string, text: string, place: string, state: RegExp][] = [
  ["a brace too many", "a;\n}\n", "f:2:1", /unexpected "}"/],
  ["a brace within a directive", "a b }", "f:1:5", /unexpected "}"/],
  ["an empty directive", "a;\n  ;", "f:2:3", /unexpected ";"/],
  ["a block without a name", "{", "f:1:1", /unexpected "{"/],
  ["a block that is never closed", "a {\n b {\n }\n", "f:4:1", /expecting "}" of "a" at f:1$/m],
  [
    "a directive that is never ended",
    "a;\nb c",
    "f:2:4",
    /expecting ";" or "}" behind a word at f:2$/m,
  ],
  [
    "a file that is cut off in a long word",
    `<html>${"x".repeat(50_000)}`,
    "f:1:50007",
    /behind a word at f:1$/m,
  ],
  ["a quote that is never closed", `a;\nb "c;\nd;\n`, "f:4:1", /behind a quote at f:2$/m],
  ["a word glued to a quote", `a "b"c;`, "f:1:6", /closing quote must be followed/],
  ["a NUL byte", "a b\0c;", "f:1:4", /NUL byte$/m],
  ["UTF-16", "\xff\xfea\0;\0", "f:1:4", /NUL byte: it is UTF-16/],
  ["a byte order mark", "\xef\xbb\xbfuser x;", "f:1:1", /byte order mark/],
  ["Lua that is never closed", "a_by_lua_block { x = {}", "f:1:16", /Lua block is never closed/],
  [
    "Lua with many texts that nothing closes",
    `a_by_lua_block { ${"--[[ [=[ ".repeat(100_000)}`,
    "f:1:16",
    /Lua block is never closed/,
  ],
  ["blocks nested without end", "a {".repeat(1000), "f:1:1501", /too deep/],
  ["columns count characters", "\xc3\xa4\xc3\xb6 }", "f:1:4", /unexpected "}"/],
];

for (const [title, text, place, state] of mistakes) {
  Deno.test(`syntax error: ${title}`, async () => {
    const error = await failsWith(
      "nginx-conf",
      state,
      () => parse(sourceOf("f", text, NGINX)),
    );
    assert.match(error.message, new RegExp(`: ${place}: `));
  });
}

Deno.test("a syntax error shows the line, with a mark below the place", async () => {
  const text = "user nginx;\r\nhttp {\r\n\tlisten 80 }\r\n}\r\n";
  const error = await failsWith(
    "nginx-conf",
    /./,
    () => parse(sourceOf("/etc/nginx/nginx.conf", text, NGINX)),
  );
  assert.equal(
    error.message,
    `Cannot read the nginx configuration: /etc/nginx/nginx.conf:3:12: unexpected "}"
     listen 80 }
               ^`,
  );
});

Deno.test("a syntax error in a long line shows the part around it", async () => {
  const error = await failsWith(
    "nginx-conf",
    /./,
    () => parse(sourceOf("f", `a ${"x".repeat(500)} } ${"y".repeat(500)}`, NGINX)),
  );
  const [, line = "", mark = ""] = error.message.split("\n");
  assert.ok(line.length < 120);
  assert.equal(line.charAt(mark.length - 1), "}");
});

Deno.test("a NUL byte in a comment is no mistake", () => {
  assert.deepEqual(statements("a; # \0\nb;"), [["a", ";"], ["b", ";"]]);
});

Deno.test("Lua blocks are passed over, whatever braces they hold", async () => {
  const text = `content_by_lua_block {
  local a = "}" -- }
  local b = '\\'}' --[[ } ]] local c = [==[ }]] ]==]
  if x then y = { [1] = {} } end
}
user a;
set_by_lua_block $v { return "{" }
env b;`;
  const directives = await parse(sourceOf("f", text, NGINX));
  assert.deepEqual(
    directives.map(({ name, line }) => [name, line]),
    [["content_by_lua_block", 1], ["user", 6], ["set_by_lua_block", 7], ["env", 8]],
  );
});

Deno.test("directives know their lines, and blocks that decide nothing are not kept", async () => {
  const text = `events {
  worker_connections 1;
}
http {
  map $a $b { default "x"; }
  server
  {
    index "80
";
    location / { root /srv; }
  }
}`;
  const outline = (all: readonly Directive[]): unknown[] =>
    all.map(({ name, line, block }) => block ? [name, line, outline(block)] : [name, line]);
  assert.deepEqual(outline(await parse(sourceOf("f", text, NGINX))), [
    ["events", 1, []],
    ["http", 4, [
      ["map", 5, [["default", 5]]],
      ["server", 6, [["index", 8], ["location", 10, [["root", 10]]]]],
    ]],
  ]);
});

Deno.test("a configuration of 50 MB is read", async () => {
  const line = '    "~^/some/path/12345/" "value";\n';
  const map = `map $uri $x {\n${line.repeat(Math.ceil(50_000_000 / line.length))}}\n`;
  const http = await parse(sourceOf("f", `http {\n${map}server { root /srv; }\n}`, NGINX));
  assert.deepEqual(http[0]?.block?.map(({ name }) => name), ["map", "server"]);
});
