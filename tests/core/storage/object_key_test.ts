import assert from "node:assert/strict";
import { assertKey, MAX_KEY_BYTES } from "../../../core/storage/key.ts";

Deno.test("assertKey lets odd but harmless keys through", () => {
  const keys = [
    "a",
    "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubelet",
    "host:8080/x",
    "..foo/...",
    "-rf",
    "%2e%2e/%2F",
    "a b/c+d?e#f&g=h~i'j\"k*l",
    "line\nbreak",
    "é/e\u0301/😀",
    "x".repeat(MAX_KEY_BYTES),
    "é".repeat(MAX_KEY_BYTES / 2),
  ];
  for (const key of keys) assertKey(key);
});

Deno.test("assertKey refuses keys that could lead elsewhere", () => {
  const faults: readonly [string, RegExp][] = [
    ["", /is empty/],
    ["/etc/passwd", /is absolute/],
    ["..", /component "\.\."/],
    ["a/../b", /component "\.\."/],
    ["a/./b", /component "\."/],
    ["a//b", /empty component/],
    ["a/", /empty component/],
    ["a\0b", /has a NUL/],
    ["a\\..\\b", /has a backslash/],
    ["half\ud83d", /not valid Unicode/],
    ["x".repeat(MAX_KEY_BYTES + 1), /has 1025 bytes/],
    ["é".repeat(MAX_KEY_BYTES / 2) + "x", /has 1025 bytes/],
  ];
  for (const [key, message] of faults) {
    assert.throws(() => assertKey(key), { code: "invalid-key", message, key });
  }
});

Deno.test("assertKey shows no control characters to a terminal", () => {
  assert.throws(() => assertKey("\x1b[2J/../"), { message: /^Cannot use "\\x1b\[2J/ });
});
