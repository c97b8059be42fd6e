/** Files that are not edited, and why. */
import { equal, match } from "node:assert/strict";
import { openConfig, setRepository } from "../../cluster_config/mod.ts";
import type { Repository } from "../../core/storage/adapter.ts";
import { failsWith } from "../support/fails_with.ts";
import { run } from "../support/run.ts";

const HEAD = "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\n";
const BLOCK = "spec:\n  binaries:\n    type: builtin\n";
const TO: Repository = { endpoint: "http://10.0.1.1:8080" };

async function withFile(
  content: string | Uint8Array<ArrayBuffer>,
  run: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/clusterConfig.yaml`;
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    await run(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const unreadable: readonly [what: string, content: string, message: RegExp][] = [
  ["no YAML", `${HEAD}spec: [a\n`, /line 4, column \d+: .*(quote, bracket|indentation)/],
  ["text", "hello: world: x\n", /line 1, column \d+: a mapping begins/],
  ["a tab", `${HEAD}spec:\n\tbinaries: {}\n`, /line 4, column 1: a tab is used for indentation/],
  ["a duplicate key", `${HEAD}${BLOCK}    type: external\n`, /line 6: the key "type" stands/],
  ["a duplicate elsewhere", `a: 1\na: 2\n---\n${HEAD}${BLOCK}`, /line 2: the key "a" stands/],
  ["no document", "# nothing\n", /no document in it has "kind: ClusterConfig"/],
  ["an empty file", "", /no document in it/],
  ["another kind", `${HEAD.replace("ClusterConfig", "Cluster")}${BLOCK}`, /no document in it/],
  ["a list", "- a\n", /no document in it/],
  ["two of them", `${HEAD}${BLOCK}---\n${HEAD}${BLOCK}`, /two documents .*the second at line 7/],
  ["a foreign apiVersion", `${HEAD.replace("daocloud", "example")}${BLOCK}`, /apiVersion is "prov/],
  ["a later apiVersion", `${HEAD.replace("alpha4", "beta1")}${BLOCK}`, /io\/v1beta1"/],
  ["no apiVersion", `kind: ClusterConfig\n${BLOCK}`, /it has no apiVersion/],
  ["a NUL byte", `${HEAD}${BLOCK}# \0\n`, /line 6 has a NUL byte/],
  ["a control character", `${HEAD}${BLOCK}# \x07\n`, /line 6 has the control character/],
  ["a lone carriage return", `${HEAD}# a\rspec: {}\n`, /line 3 has a carriage return/],
  ["an alias to nothing", `${HEAD}spec: *x\n`, /an alias names an anchor that is not there/],
  ["a block that is text", `${HEAD}spec: {binaries: x}\n`, /the value of "binaries" is no mapping/],
  ["a spec that is a list", `${HEAD}spec: [x]\n`, /the value of "spec" is no mapping/],
  ["brackets without end", `${HEAD}spec: ${"[".repeat(50_000)}`, /nested too deeply/],
];

/** Signs of an input method or of a page, each with the sign and its place. */
const slips: readonly [what: string, content: string, message: RegExp][] = [
  [
    "a full-width colon",
    `${HEAD}spec:\n  binaries:\n    type：external\n    a: b\n`,
    /line 5, column 9: .*"："/,
  ],
  [
    "one in braces",
    `${HEAD}spec: {binaries: {type: external}， a: b: c}\n`,
    /line 3, column 34: .*"，"/,
  ],
  [
    "a no-break space",
    `${HEAD}spec:\n  a: b\n\u00a0 binaries\n  c: d\n`,
    /line 5, column 1: .*no-break/,
  ],
  ["dots of a page", `${HEAD}spec:\n  a: b\n  ..........\n  c: d\n`, /line 5, column 3: the dots/],
  [
    "dots at the margin",
    `${HEAD}spec:\n  a: b\n..........\n  c: d\n`,
    /line 5, column 1: the dots/,
  ],
  [
    "a page's marks",
    `\`\`\`yaml\n${HEAD}${BLOCK}\`\`\`\n`,
    /line 1, column 1: the marks of a page/,
  ],
  ["a mark at the end", `${HEAD}${BLOCK}\`\`\`\n`, /line 6, column 1: the marks of a page/],
  ["an ellipsis", `${HEAD}spec:\n  a: b\n  ……\n  c: d\n`, /line 5, column 3: the dots/],
  ["a tab before a key", `${HEAD}spec:\n  a: b\n\tc: d\n`, /line 5, column 1: a tab/],
  ["a tab behind blanks", `${HEAD}spec:\n  x:\n  \tc: d\n`, /line 5, column 3: a tab/],
];

Deno.test("not opened: a password that YAML takes for an alias, with what to do", async () => {
  await withFile(`${HEAD}${BLOCK}    externalRepoPassword: *secret\n`, async (path) => {
    const { hint, message } = await failsWith("config-invalid", /an alias/, () => openConfig(path));
    match(hint ?? "", /Quote a value that begins with \*/);
    equal(message.includes("secret"), false);
  });
});

for (const [what, content, message] of [...unreadable, ...slips]) {
  Deno.test(`not opened: ${what}`, async () => {
    await withFile(content, async (path) => {
      await failsWith("config-invalid", message, () => openConfig(path));
    });
  });
}

Deno.test("not opened: broken UTF-8, a large file, a folder, a file that is absent", async () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  await withFile(new Uint8Array([...bytes(HEAD), 0xc3, 0x28]), async (path) => {
    await failsWith("config-invalid", /line 3, column 1 is not in UTF-8/, () => openConfig(path));
  });
  await withFile(`${HEAD}# ${"x".repeat(2 ** 20)}\n`, async (path) => {
    await failsWith("config-invalid", /it has more than 1048576 bytes/, () => openConfig(path));
    await failsWith("config-invalid", /no such file/, () => openConfig(`${path}.absent`));
    const folder = path.replace(/\/[^/]*$/, "");
    await failsWith("config-invalid", /it is a folder/, () => openConfig(folder));
  });
});

/** The first bytes of a file that begins with "ap", with a byte order mark and without. */
const wide: readonly [encoding: string, ...beginnings: readonly (readonly number[])[]][] = [
  ["UTF-16", [0xff, 0xfe, 0x61, 0, 0x70, 0], [0xfe, 0xff, 0, 0x61, 0, 0x70]],
  ["UTF-16LE", [0x61, 0, 0x70, 0]],
  ["UTF-16BE", [0, 0x61, 0, 0x70]],
  [
    "UTF-32",
    [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0, 0x70, 0, 0, 0],
    [0, 0, 0xfe, 0xff, 0, 0, 0, 0x61, 0, 0, 0, 0x70],
  ],
  ["UTF-32LE", [0x61, 0, 0, 0, 0x70, 0, 0, 0]],
  ["UTF-32BE", [0, 0, 0, 0x61, 0, 0, 0, 0x70]],
];

for (const [encoding, ...beginnings] of wide) {
  Deno.test(`not opened: ${encoding}, with the command that converts it`, async () => {
    for (const bytes of beginnings) {
      await withFile(new Uint8Array(bytes), async (path) => {
        const message = new RegExp(`line 1 is in ${encoding}, not in UTF-8`);
        const { hint } = await failsWith("config-invalid", message, () => openConfig(path));
        const command = /iconv -f .* -t UTF-8 \S+/.exec(hint ?? "")?.[0] ?? "";
        equal(new TextDecoder().decode(await run("sh", ["-c", command])), "ap");
      });
    }
  });
}

Deno.test("aliases that expand without end are refused", async () => {
  const levels = "bcdefghij".split("").map((name, i) =>
    `${name}: &${name} [${Array(9).fill(`*${"abcdefghij"[i]}`)}]\n`
  );
  const bomb = `a: &a [${Array(9).fill("x")}]\n${levels.join("")}${HEAD}${BLOCK}`;
  await withFile(bomb, async (path) => {
    await failsWith("config-invalid", /expand without end/, () => openConfig(path));
  });
});

/** Another value would change with the block, or the block would not say what it is set to. */
const untouchable: readonly [what: string, content: string, message: RegExp][] = [
  [
    "an anchor on the block that an alias repeats",
    `${HEAD}spec:\n  binaries: &b\n    type: builtin\n  osRepos: *b\n`,
    /another value would change/,
  ],
  [
    "an anchor on a value that an alias repeats",
    `${HEAD}spec:\n  binaries:\n    type: &t builtin\n  osRepos:\n    type: *t\n`,
    /another value would change/,
  ],
  [
    "a block that is merged elsewhere",
    `${HEAD}spec:\n  binaries: &b\n    type: builtin\n  osRepos:\n    <<: *b\n`,
    /another value would change/,
  ],
  [
    "an alias for a block with other keys",
    `x: &b {type: builtin, other: 1}\n${HEAD}spec:\n  binaries: *b\n`,
    /another value would change/,
  ],
  [
    "credentials that are merged into the block",
    `x: &u {externalRepoUsername: u}\n${HEAD}spec:\n  binaries:\n    <<: *u\n`,
    /the block would not hold what it is set to/,
  ],
  [
    "an anchor on credentials that an alias repeats",
    `${HEAD}spec:\n  binaries:\n    externalRepoPassword: &p x\n  z: *p\n`,
    /an alias names an anchor that is not there/,
  ],
  [
    "a value of a type of its own",
    `${HEAD}spec:\n  binaries:\n    type: !vault builtin\n`,
    /line 5: the value of type is no text/,
  ],
  [
    "a value that is a list",
    `${HEAD}spec:\n  binaries:\n    type: [builtin]\n`,
    /line 5: the value of type is no text/,
  ],
  [
    "a key that does not begin its line",
    `${HEAD}spec:\n  binaries:\n    ? externalRepoUsername\n    : u\n`,
    /line 5: externalRepoUsername does not begin its line/,
  ],
];

for (const [what, content, message] of untouchable) {
  Deno.test(`not edited: ${what}`, async () => {
    await withFile(content, async (path) => {
      const config = await openConfig(path);
      const { hint } = await failsWith(
        "config-invalid",
        message,
        () => Promise.resolve().then(() => setRepository(config, TO)),
      );
      if (!/alias names/.test(message.source)) match(hint ?? "", /[Ww]rite/);
      equal(await Deno.readTextFile(path), content);
    });
  });
}

const touched: readonly [what: string, content: string, expected: string][] = [
  [
    "an anchor that nobody repeats",
    `${HEAD}spec:\n  binaries: &b\n    type: &t builtin\n`,
    `${HEAD}spec:\n  binaries: &b\n    type: &t external\n    externalRepoEndpoint: http://10.0.1.1:8080\n`,
  ],
  [
    "an alias for a block without other keys",
    `x: &b {type: builtin}\n${HEAD}spec:\n  binaries: *b # c\n`,
    `x: &b {type: builtin}\n${HEAD}spec:\n  binaries: # c\n    type: external\n    externalRepoEndpoint: http://10.0.1.1:8080\n`,
  ],
  [
    "an alias for a value",
    `x: &t builtin\n${HEAD}spec:\n  binaries:\n    type: *t\n`,
    `x: &t builtin\n${HEAD}spec:\n  binaries:\n    type: external\n    externalRepoEndpoint: http://10.0.1.1:8080\n`,
  ],
  [
    "a type that is merged into the block",
    `x: &t {type: builtin}\n${HEAD}spec:\n  binaries:\n    <<: *t\n`,
    `x: &t {type: builtin}\n${HEAD}spec:\n  binaries:\n    type: external\n    externalRepoEndpoint: http://10.0.1.1:8080\n    <<: *t\n`,
  ],
];

for (const [what, content, expected] of touched) {
  Deno.test(`edited, since nothing else changes: ${what}`, async () => {
    await withFile(content, async (path) => {
      equal(setRepository(await openConfig(path), TO).text, expected);
    });
  });
}
