import { equal, throws } from "node:assert/strict";
import { packageKey } from "../../../core/packages/names/entry_key.ts";

const kept: readonly [name: string, strip: number, key: string | undefined][] = [
  ["offline-files/dl.k8s.io/release/v1.32.4/kubelet", 1, "dl.k8s.io/release/v1.32.4/kubelet"],
  ["./top/x", 1, "top/x"], // `./` is a component, as in tar
  ["./top/x", 2, "x"],
  ["a//b/c", 2, "c"], // several slashes are one separator
  ["a/b/c", 0, "a/b/c"],
  ["a/./b", 1, "b"],
  ["a//b", 0, "a/b"],
  ["top/", 1, undefined],
  ["top", 1, undefined],
  ["top/x", 2, undefined],
  ["./", 0, undefined],
  ["t/files.m.daocloud.io/dl.k8s.io/x", 1, "dl.k8s.io/x"],
  ["t/h/files.m.daocloud.io/x", 1, "h/files.m.daocloud.io/x"], // only at the top
  ["t/host:8080/x", 1, "host:8080/x"],
  ["h:8080/x", 0, "h:8080/x"],
  ["t/..foo/.../%2F?x=1", 1, "..foo/.../%2F?x=1"],
  ["t/-rf", 1, "-rf"],
  ["t/e\u0301", 1, "e\u0301"], // no Unicode normalisation
  ["t/.binimporter/x", 1, ".binimporter/x"],
];

Deno.test("packageKey strips, normalises and moves the mirror's level up", () => {
  for (const [name, strip, key] of kept) equal(packageKey(name, strip), key, name);
});

const hostile: readonly [name: string, strip: number][] = [
  ["../x", 0],
  ["t/../../x", 1],
  ["t/..", 1],
  ["..", 0],
  ["/etc/passwd", 0],
  ["/t/x", 1],
  ["top//abs/x", 1], // absolute only once stripped
  ["t/a\\b", 1],
  ["C:\\x", 0],
  ["C:/x", 0],
  ["t/C:/x", 1],
  ["t/C:", 1],
  ["t/a\0b", 1],
  ["t/.binimport/manifest.json", 1],
  ["t/.BinImport/manifest.json", 1],
  [".BINIMPORT", 0],
  [".binimport. /x", 0],
  ["t/.binimport", 1],
  ["t/././/.binimport/x", 1],
  ["t/files.m.daocloud.io/.binimport/x", 1],
  [".binimport/x", 0],
];

Deno.test("packageKey refuses names that could leave the target", () => {
  for (const [name, strip] of hostile) {
    throws(() => packageKey(name, strip), { code: "package-hostile" }, name);
  }
});
