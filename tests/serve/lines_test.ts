import { deepEqual, equal, match } from "node:assert/strict";
import { accessLine } from "../../serve/access_log.ts";
import { contentType } from "../../serve/file_response.ts";
import { mirrorLines } from "../../core/expected/mirror.ts";
import { curlCommand } from "../../serve/index/script.ts";
import { parseListenAddress, shownAddress } from "../../serve/mod.ts";
import { failsWith } from "../support/fails_with.ts";

Deno.test("listen address: with and without an address", () => {
  const cases = [
    ["10.0.1.1:8080", "10.0.1.1", 8080],
    ["[fd00::1]:80", "fd00::1", 80],
    [":443", "0.0.0.0", 443],
    ["8080", "0.0.0.0", 8080],
    ["localhost:0", "localhost", 0],
  ] as const;
  for (const [text, hostname, port] of cases) {
    deepEqual(parseListenAddress(text), { hostname, port });
  }
  equal(shownAddress({ hostname: "fd00::1", port: 80 }), "[fd00::1]:80");
});

Deno.test("listen address: what is none", async () => {
  for (const text of ["", "10.0.1.1", "a:b", "fd00::1:80", "h:65536", "http://h:80", "h:80/x"]) {
    await failsWith("usage", /it is no ADDR:PORT/, Promise.try(() => parseListenAddress(text)));
  }
});

Deno.test("lines to copy: nothing in a name gets out of its quotes", () => {
  deepEqual(mirrorLines("http://10.0.1.1:8080"), [
    'files_repo: "http://10.0.1.1:8080"',
    'dl_k8s_io_url: "http://10.0.1.1:8080/dl.k8s.io"',
    'github_url: "http://10.0.1.1:8080/github.com"',
    'storage_googleapis_url: "http://10.0.1.1:8080/storage.googleapis.com"',
    'get_helm_url: "http://10.0.1.1:8080/get.helm.sh"',
  ]);
  equal(
    curlCommand("http://h", "dl.k8s.io/v1/kubelet"),
    "curl -fO 'http://h/dl.k8s.io/v1/kubelet'",
  );
  equal(curlCommand("http://h", "a/it's"), `curl -fo './it'\\''s' 'http://h/a/it%27s'`);
  equal(curlCommand("http://h", "-o x;id"), "curl -fo './-o x;id' 'http://h/-o%20x%3Bid'");
});

Deno.test("access log: one line, whatever a client sent", () => {
  const line = accessLine({
    event: "request",
    time: "2026-11-25T15:00:00.000Z",
    client: "10.0.0.1",
    method: "GET",
    path: '/a"\n\x1b[31m\u009b',
    status: 200,
    bytes: 10,
    seconds: 0.012,
    agent: "",
    broken: "the client left",
  });
  equal(
    line,
    '10.0.0.1 - - [2026-11-25T15:00:00.000Z] "GET /a\\x22\\x0a\\x1b[31m\\x9b" 200 10 "-" "-" 0.012 "the client left"\n',
  );
});

Deno.test("content type: by the last extension", () => {
  const types = [
    ["a/kubelet", "application/octet-stream"],
    ["a.tar.gz", "application/gzip"],
    ["a.TGZ", "application/gzip"],
    ["a.tar.zst", "application/zstd"],
    ["a.yaml", "application/yaml"],
    ["a.html", "text/html"],
    ["a.d/file", "application/octet-stream"],
    ["v1.32.4", "application/octet-stream"],
  ] as const;
  for (const [key, type] of types) equal(contentType(key), type);
  match(contentType("a.js"), /javascript/);
});
