import assert from "node:assert/strict";
import { buildOf, pathsOf } from "../../../../locate/servers/nginx/processes.ts";
import { testWithTools, tool } from "../../../support/require.ts";

testWithTools("what an nginx was built with is what it prints", ["nginx"], async () => {
  const nginx = tool("nginx") ?? "nginx";
  const { stderr } = await new Deno.Command(nginx, { args: ["-V"], stderr: "piped" }).output();
  const printed = new TextDecoder().decode(stderr);
  const [, prefix = "/usr/local/nginx"] = / --prefix=(\S+)/.exec(printed) ?? [];
  const [, confPath = "conf/nginx.conf"] = / --conf-path=(\S+)/.exec(printed) ?? [];
  assert.deepEqual(buildOf(nginx), { prefix, confPath });
});

const programs: readonly [title: string, content: string, expected: ReturnType<typeof buildOf>][] =
  [
    ["defaults", "\x7fELF\0configure arguments: --with-debug\0", {
      prefix: "/usr/local/nginx",
      confPath: "conf/nginx.conf",
    }],
    ["quotes", "configure arguments: --x='--prefix=/no' --prefix='/opt/my nginx'\n\0--prefix=/no", {
      prefix: "/opt/my nginx",
      confPath: "conf/nginx.conf",
    }],
    ["no nginx", "\x7fELF\0--prefix=/srv\0", undefined],
  ];

for (const [title, content, expected] of programs) {
  Deno.test(`a program's paths: ${title}`, async () => {
    const path = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(path, content);
      assert.deepEqual(buildOf(path), expected);
    } finally {
      await Deno.remove(path);
    }
  });
}

Deno.test("a program that is not there has none", () => {
  assert.equal(buildOf("/nowhere/nginx"), undefined);
});

const BUILD = { prefix: "/usr/local/nginx", confPath: "conf/nginx.conf" };
const DEBIAN = { prefix: "/usr/share/nginx", confPath: "/etc/nginx/nginx.conf" };

Deno.test("options on the command line come before what is built in", () => {
  const paths = (options: Parameters<typeof pathsOf>[0], build = BUILD) =>
    Object.values(pathsOf(options, build, "/there"));
  assert.deepEqual(paths({}), ["/usr/local/nginx", "/usr/local/nginx/conf/nginx.conf"]);
  assert.deepEqual(paths({}, DEBIAN), ["/usr/share/nginx", "/etc/nginx/nginx.conf"]);
  assert.deepEqual(paths({ prefix: "/p/" }), ["/p", "/p/conf/nginx.conf"]);
  assert.deepEqual(paths({ prefix: "p" }, DEBIAN), ["/there/p", "/etc/nginx/nginx.conf"]);
  assert.deepEqual(paths({ prefix: "p", confPath: "c" }), ["/there/p", "/there/p/c"]);
  assert.deepEqual(paths({ confPath: "/c" }), ["/usr/local/nginx", "/c"]);
});
