/** What is changed in sample files, line by line. */
import { deepEqual, equal } from "node:assert/strict";
import { readBlock, valuesOf } from "../../cluster_config/binaries.ts";
import { parseSource, theClusterDocument } from "../../cluster_config/document.ts";
import { setValues } from "../../cluster_config/edit/mod.ts";
import type { Repository } from "../../core/storage/adapter.ts";
import { changedLines, sample, sampleNames } from "../support/cluster_config/corpus.ts";

const HTTP: Repository = { endpoint: "http://10.0.1.1:8080" };
const S3: Repository = {
  endpoint: "https://10.0.1.2:9000",
  user: { username: "root", password: "p: #" },
};

function set(text: string, to: Repository): string {
  const source = parseSource("x.yaml", text);
  const { values } = readBlock(theClusterDocument(source));
  return setValues(source, valuesOf(to, values)).text;
}

/** Lines that go and that come, without what both have at their ends. */
interface Expected {
  readonly [name: string]: { readonly http: string; readonly s3: string };
}

/** The lines that come in HTTP form, indented by so many blanks. */
function http(indent: number): string {
  return `+${" ".repeat(indent)}externalRepoEndpoint: http://10.0.1.1:8080`;
}

/** Those that come in S3 form. */
function s3(indent: number): string {
  const lines = [
    "externalRepoEndpoint: https://10.0.1.2:9000",
    "externalRepoUsername: root",
    'externalRepoPassword: "p: #"',
  ];
  return lines.map((line) => `+${" ".repeat(indent)}${line}`).join("\n");
}

const EXPECTED: Expected = {
  "anchors.yaml": {
    http: `
-    externalRepoEndpoint: *repo
-    externalRepoUsername: someone
-    externalRepoPassword: else
${http(4)}`,
    s3: `
-    externalRepoEndpoint: *repo
-    externalRepoUsername: someone
-    externalRepoPassword: else
${s3(4)}`,
  },
  "flow.yaml": {
    http: `
-spec: {clusterID: "x", binaries: {type: builtin}, osRepos: {type: builtin, externalRepoURLs: [a, b]}}
+spec: {clusterID: "x", binaries: {type: external, externalRepoEndpoint: "http://10.0.1.1:8080"}, osRepos: {type: builtin, externalRepoURLs: [a, b]}}`,
    s3: `
-spec: {clusterID: "x", binaries: {type: builtin}, osRepos: {type: builtin, externalRepoURLs: [a, b]}}
+spec: {clusterID: "x", binaries: {type: external, externalRepoEndpoint: "https://10.0.1.2:9000", externalRepoUsername: root, externalRepoPassword: "p: #"}, osRepos: {type: builtin, externalRepoURLs: [a, b]}}`,
  },
  "full.yaml": {
    http: `
-    type: builtin            # comes with the seed node
+    type: external            # comes with the seed node
${http(4)}`,
    s3: `
-    type: builtin            # comes with the seed node
+    type: external            # comes with the seed node
${s3(4)}`,
  },
  "http.yaml": {
    http: "",
    s3: `
-    externalRepoEndpoint: http://10.0.1.1:8080
${s3(4)}`,
  },
  "json.yaml": {
    http: `
-      "type": "builtin"
+      "type": "external", "externalRepoEndpoint": "http://10.0.1.1:8080"`,
    s3: `
-      "type": "builtin"
+      "type": "external", "externalRepoEndpoint": "https://10.0.1.2:9000", "externalRepoUsername": "root", "externalRepoPassword": "p: #"`,
  },
  "margin.yaml": {
    http: `
+  binaries:
+    type: external
${http(4)}`,
    s3: `
+  binaries:
+    type: external
${s3(4)}`,
  },
  "no-binaries.yaml": {
    http: `
+   binaries:
+      type: external
${http(6)}`,
    s3: `
+   binaries:
+      type: external
${s3(6)}`,
  },
  "other-spelling.yaml": {
    http: `
-    externalRepository: https://repo.example:9000/kubean
+    externalRepository: http://10.0.1.1:8080`,
    s3: `
-    externalRepository: https://repo.example:9000/kubean
+    externalRepository: https://10.0.1.2:9000/kubean
+    externalRepoUsername: root
+    externalRepoPassword: "p: #"`,
  },
  "s3.yaml": {
    http: `
-        externalRepoEndpoint: https://minio.example:9000   # without the bucket
-        externalRepoUsername: 'rootuser'
-        # Changed in spring.
-        externalRepoPassword: "root\\u0070ass123"           # keep it secret
+        externalRepoEndpoint: http://10.0.1.1:8080   # without the bucket
+        # Changed in spring.`,
    s3: `
-        externalRepoEndpoint: https://minio.example:9000   # without the bucket
-        externalRepoUsername: 'rootuser'
-        # Changed in spring.
-        externalRepoPassword: "root\\u0070ass123"           # keep it secret
+        externalRepoEndpoint: https://10.0.1.2:9000   # without the bucket
+        externalRepoUsername: 'root'
+        # Changed in spring.
+        externalRepoPassword: "p: #"           # keep it secret`,
  },
  "several.yaml": {
    http: `
-    type: builtin
+    type: external
${http(4)}`,
    s3: `
-    type: builtin
+    type: external
${s3(4)}`,
  },
  "too-deep.yaml": {
    http: `
+  binaries:
+    type: external
${http(4)}`,
    s3: `
+  binaries:
+    type: external
${s3(4)}`,
  },
  "two-spellings.yaml": {
    http: `
-    externalRepoEndpoint: https://repo.example:9000/kubean
-    externalRepoUsername: rootuser
${http(4)}`,
    s3: `
-    externalRepoEndpoint: https://repo.example:9000/kubean
-    externalRepoUsername: rootuser
${s3(4)}`,
  },
};

function shown(before: string, after: string): string {
  const { gone, come } = changedLines(before, after);
  return [...gone.map((line) => `\n-${line}`), ...come.map((line) => `\n+${line}`)].join("");
}

Deno.test("each sample has its expected changes", () => {
  deepEqual(Object.keys(EXPECTED), sampleNames());
});

for (const [name, { http, s3 }] of Object.entries(EXPECTED)) {
  Deno.test(`${name}: only these lines change`, () => {
    const text = sample(name);
    equal(shown(text, set(text, HTTP)), http);
    equal(shown(text, set(text, S3)), s3);
  });
}

Deno.test("CRLF, a byte order mark and a missing line end are kept in every sample", () => {
  for (const name of sampleNames()) {
    const text = sample(name);
    for (const to of [HTTP, S3]) {
      const vary = (one: string) => "\ufeff" + one.replaceAll("\n", "\r\n").replace(/\r\n$/, "");
      equal(set(vary(text), to), vary(set(text, to)), name);
    }
  }
});

Deno.test("what was set in S3 form and then in HTTP form is as if only that had been set", () => {
  for (const name of sampleNames()) {
    const text = sample(name);
    const one = set(text, HTTP);
    equal(set(set(one, S3), HTTP), one, name);
  }
});

Deno.test("a text of several lines becomes one line, also at the end of a file without line end", () => {
  const head =
    "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n  binaries:\n";
  const before =
    `${head}    externalRepoEndpoint: http://old\n    type: >- # folded\n      one\n      two`;
  const after =
    `${head}    externalRepoEndpoint: http://10.0.1.1:8080\n    type: external # folded`;
  equal(set(before, HTTP), after);
  equal(set(`${before}\n`, HTTP), `${after}\n`);
});

Deno.test("comments within braces stay, whatever goes around them", () => {
  const file = (block: string) =>
    `apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n  binaries: {${block}}\n`;
  const endpoint = 'externalRepoEndpoint: "http://10.0.1.1:8080"';
  equal(
    set(file("externalRepoUsername: u, # why\n    type: x"), HTTP),
    file(` # why\n    type: external, ${endpoint}`),
  );
  equal(
    set(file("type: x, # why\n    externalRepoUsername: u, other: 1"), HTTP),
    file(`type: external, ${endpoint} # why\n    , other: 1`),
  );
});

Deno.test("a value that is unchanged is not quoted anew, one that is not text is", () => {
  const file = (password: string) =>
    "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec: {binaries: {\n" +
    `  type: 'external', externalRepoEndpoint: http://h:9000, "externalRepoUsername": "u",\n` +
    `  externalRepoPassword: ${password}}}\n`;
  const to = (password: string) => ({
    endpoint: "http://h:9000",
    user: { username: "u", password },
  });
  equal(set(file("secret"), to("secret")), file("secret"));
  equal(set(file("'0755'"), to("0755")), file("'0755'"));
  equal(set(file("0755"), to("0755")), file('"0755"'));
  equal(set(file("'old'"), to("new")), file("'new'"));
});
