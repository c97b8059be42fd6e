import { deepEqual, match, ok } from "node:assert/strict";
import { checkSource } from "../../cluster_config/check/mod.ts";
import { ERRORS, type FindingCode, WARNINGS } from "../../cluster_config/check/finding.ts";
import { parseSource } from "../../cluster_config/document.ts";
import { sample, sampleNames } from "../support/cluster_config/corpus.ts";
import { failsWith } from "../support/fails_with.ts";

function check(text: string) {
  return checkSource(parseSource("x.yaml", text));
}

/** Findings as `line code`. */
function found(text: string): string[] {
  return check(text).map(({ line, code }) => `${line} ${code}`);
}

const HEAD = "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n";

/** A file whose block has these lines, the first of them at line 5. */
function block(...lines: readonly string[]): string {
  return `${HEAD}  binaries:\n${lines.map((line) => `    ${line}\n`).join("")}`;
}

/** A file in HTTP form, to be gone on with at line 7. */
const HTTP = block("type: external", "externalRepoEndpoint: http://h:8080");

const cases: readonly [what: string, text: string, expected: readonly string[]][] = [
  ["nothing", block("type: builtin"), []],
  ["nothing in a file without a block", HEAD, []],
  ["nothing in S3 form", s3("https://h:9000"), []],
  ["nothing in HTTP form", block("type: external", "externalRepoEndpoint: http://h:8080"), []],
  ["another apiVersion", block("type: builtin").replace("alpha4", "alpha9"), ["1 api-version"]],
  ["another group", block("type: builtin").replace("provision", "other"), ["1 api-version"]],
  ["another kind", block("type: builtin").replace("ClusterC", "Cluster c"), ["2 kind"]],
  ["neither", "spec:\n  binaries:\n    type: builtin\n", ["1 api-version", "1 kind"]],
  ["binaries at the margin", `${HEAD}binaries:\n  type: external\n`, ["4 misplaced"]],
  ["an empty one, too", `${HEAD}binaries:\n`, ["4 misplaced"]],
  ["binaries in metadata", `metadata:\n  binaries:\n    type: x\n${HEAD}`, ["2 misplaced"]],
  ["other keys at the margin", `${HEAD}osRepos:\n  type: builtin\n`, ["4 outside-spec"]],
  ["a key twice", block("type: builtin", "type: external"), ["6 duplicate-key"]],
  ["a second one", `${block("type: builtin")}---\n${HEAD}`, ["7 second-document"]],
  ["a block that is text", `${HEAD}  binaries: builtin\n`, ["4 no-mapping"]],
  ["a value that is a list", block("type: [builtin]"), ["5 no-text"]],
  ["a type that is not known", block("type: extern"), ["5 unknown-type"]],
  ["no endpoint", block("type: external"), ["5 no-endpoint"]],
  ["no type", block("externalRepoEndpoint: http://h:8080"), ["5 no-type"]],
  [
    "an endpoint that is not used",
    block("type: builtin", "externalRepoEndpoint: http://h:8080"),
    ["6 unused-endpoint"],
  ],
  ["a bucket", s3("https://h:9000/kubean"), ["6 bucket-in-endpoint"]],
  ["a node's own address", s3("https://127.0.0.1:9000"), ["6 loopback-endpoint"]],
  ["a node's own name", s3("https://localhost"), ["6 loopback-endpoint"]],
  ["no scheme", block("type: external", "externalRepoEndpoint: h:8080"), ["6 bad-endpoint"]],
  ["another scheme", s3("ftp://h"), ["6 bad-endpoint"]],
  ["two addresses", s3("http://a:9000,http://b:9000"), ["6 bad-endpoint"]],
  ["two hosts", s3("http://a,b:9000"), ["6 bad-endpoint"]],
  ["a user in the endpoint", s3("https://root:hunter2@h:9000"), ["6 bad-endpoint"]],
  ["a user alone", s3("https://h:9000").replace(/.*Password.*\n/, ""), ["7 half-credentials"]],
  ["a password alone", s3("https://h:9000").replace(/.*Username.*\n/, ""), ["7 half-credentials"]],
  ["credentials without TLS", s3("http://h:8080"), ["7 http-with-credentials"]],
  [
    "port 9000 without credentials",
    block("type: external", "externalRepoEndpoint: https://h:9000"),
    ["6 https-without-credentials"],
  ],
  ["a number", s3("https://h:9000").replace("hunter2", "0755"), ["8 unquoted"]],
  [
    "both spellings",
    block(
      "type: external",
      "externalRepository: https://h/kubean",
      "externalRepoEndpoint: http://h",
    ),
    ["6 two-spellings"],
  ],
  [
    "nothing in the other spelling",
    block("type: external", "externalRepository: https://h/kubean"),
    [],
  ],
  [
    "both spellings, which say the same",
    block("type: external", "externalRepository: https://h", "externalRepoEndpoint: https://h/"),
    ["6 other-spelling"],
  ],
  [
    "nothing in the other spelling with credentials and a bucket",
    other("https://h:9000/kubean"),
    [],
  ],
  ["credentials without a bucket", other("https://h:9000"), ["6 no-bucket"]],
  ["a bucket that is called as an address is", other("https://h/10.0.1.2"), ["6 bad-endpoint"]],
  ["more than a bucket", other("https://h:9000/kubean/sub"), ["6 bad-endpoint"]],
  ["a user in the other spelling", other("https://root:hunter2@h:9000/kubean"), ["6 bad-endpoint"]],
  ["no URL in the other spelling", other("h:9000/kubean"), ["6 bad-endpoint"]],
  [
    "no type beside the other spelling",
    block("externalRepository: http://h:8080"),
    ["5 no-type"],
  ],
  ["nothing in MinIO without TLS", s3("http://h:9000"), []],
  ["a full-width colon alone", `${HEAD}  binaries:\n    type：external\n`, [
    "4 no-mapping",
    "5 full-width",
  ]],
  ["curly quotes", block("type: “external”"), ["5 unknown-type", "5 full-width"]],
  ["a full-width colon in an address", s3("http://h：9000"), ["6 bad-endpoint", "6 full-width"]],
  ["no-break spaces before a key", `${HEAD}  a: b\n\u00a0 binaries:\n    type: builtin\n`, [
    "5 full-width",
    "5 outside-spec",
  ]],
  ["quotes around a password", s3("https://h:9000").replace("hunter2", "“hunter2”"), [
    "8 full-width",
  ]],
  ["nothing in a password of any signs", s3("https://h:9000").replace("hunter2", "hunter，2"), []],
  ["a document that dots end", `${HEAD}...\n  binaries:\n    type: builtin\n`, ["4 dots"]],
  ["packages of the system from the Internet", `${HTTP}  osRepos:\n    type: official-service\n`, [
    "8 online-os-repos",
  ]],
  ["nothing in those of the site", `${HTTP}  osRepos:\n    type: external\n`, []],
  [
    "an address in the Internet",
    `${HTTP}  kubeanConfig: |-\n    helm_enabled: true\n    helm_download_url: "https://get.helm.sh/h"\n`,
    ["7 online-address"],
  ],
  [
    "nothing in an address of the site",
    `${HTTP}  kubeanConfig: |-\n    github_url: http://h/x\n`,
    [],
  ],
  [
    "a proxy",
    `${HTTP}  kubeanConfig: |-\n    http_proxy: http://proxy:3128\n    no_proxy: "10.0.0.0/8"\n`,
    [
      "7 proxy-catches",
    ],
  ],
  [
    "nothing in one that leaves the server alone",
    `${
      HTTP.replace("//h:", "//10.1.2.3:")
    }  kubeanConfig: |-\n    http_proxy: http://p:1\n    no_proxy: "10.0.0.0/8"\n`,
    [],
  ],
  ["nothing in one for the other scheme", `${HTTP}  kubeanConfig: "https_proxy: http://p:1"\n`, []],
  ["nothing in a kubeanConfig that is no YAML", `${HTTP}  kubeanConfig: "[{"\n`, []],
  ["no package", `${HTTP}  masterNodes: []\n`, ["7 no-package-path"]],
  [
    "images of the site alone",
    `${block("type: builtin")}  imagesAndCharts:\n    type: external\n`,
    [
      "7 mixed-sources",
    ],
  ],
  ["a no-break space behind a colon", `${HEAD}  binaries:\n    type:\u00a0builtin\n`, [
    "4 no-mapping",
    "5 full-width",
  ]],
  ["a character without width before a key", block("\u200btype: builtin"), [
    "5 full-width",
    "5 misspelled",
  ]],
  [
    "keys that are nearly ours",
    s3("https://h").replace("Username", "UserName").replace("Password", "Passwd"),
    ["7 misspelled", "8 misspelled"],
  ],
  ["nothing in keys that are not", block("type: builtin", "comment: none"), []],
  ["nothing in a byte order mark", `\ufeff${block("type: builtin")}`, []],
  ["nothing in slashes behind a server", other("http://h:9000///"), ["6 no-bucket"]],
  ["nothing in dots at the end", `${block("type: builtin")}...\n\n# end\n`, []],
];

function s3(endpoint: string): string {
  return block(
    "type: external",
    `externalRepoEndpoint: ${endpoint}`,
    "externalRepoUsername: root",
    "externalRepoPassword: hunter2",
  );
}

function other(address: string): string {
  return s3(address).replace("externalRepoEndpoint", "externalRepository");
}

for (const [what, text, expected] of cases) {
  Deno.test(`check finds ${what}`, () => {
    deepEqual(found(text), expected);
  });
}

Deno.test("every code is met above, and has a hint; no password is told", () => {
  const all = cases.flatMap(([, text]) => check(text));
  const codes = new Set<FindingCode>(all.map(({ code }) => code));
  deepEqual([...codes].sort(), Object.keys({ ...ERRORS, ...WARNINGS }).sort());
  for (const { message, hint } of all) {
    match(hint, /\.$/);
    ok(!`${message}${hint}`.includes("hunter2"), message);
  }
});

Deno.test("docs/cluster-config.md lists every code with its severity", async () => {
  const docs = await Deno.readTextFile(new URL("../../docs/cluster-config.md", import.meta.url));
  const told = Object.keys({ ...ERRORS, ...WARNINGS })
    .map((code) => [code, code in ERRORS ? "error" : "warning"] as const);
  for (const [code, severity] of told) {
    match(docs, new RegExp(`^\\| .*\`${code}\`.* +\\| ${severity} +\\|`, "m"));
  }
});

Deno.test("what is only odd is a warning", () => {
  deepEqual(Object.keys(WARNINGS).sort(), [
    "http-with-credentials",
    "https-without-credentials",
    "loopback-endpoint",
    "mixed-sources",
    "no-bucket",
    "no-package-path",
    "online-address",
    "online-os-repos",
    "other-spelling",
    "outside-spec",
    "proxy-catches",
    "unquoted",
    "unused-endpoint",
  ]);
});

Deno.test("the samples have these findings", () => {
  const findings = sampleNames().map((name) => [name, found(sample(name))] as const)
    .filter(([, codes]) => codes.length > 0);
  deepEqual(Object.fromEntries(findings), {
    "anchors.yaml": ["1 outside-spec", "2 outside-spec"],
    "full.yaml": ["14 no-package-path"],
    "margin.yaml": ["5 outside-spec", "6 outside-spec", "8 misplaced", "11 outside-spec"],
    "too-deep.yaml": ["7 misplaced"],
    "two-spellings.yaml": ["7 two-spellings", "8 bucket-in-endpoint", "9 half-credentials"],
  });
});

Deno.test("a file of something else is not checked", async () => {
  const deployment = "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {}}\n";
  await failsWith("config-invalid", /no document in it/, async () => {
    await Promise.resolve();
    check(deployment);
  });
});
