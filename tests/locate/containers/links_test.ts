/** Links of a container, followed inside of it. */
import { equal } from "node:assert/strict";
import { type Entry, treeView } from "../../../locate/containers/files.ts";

const TREE: Readonly<Record<string, Entry>> = {
  "/etc": { kind: "folder" },
  "/etc/passwd": { kind: "file" },
  "/srv": { kind: "folder" },
  "/srv/www": { kind: "folder" },
  "/srv/www/x": { kind: "file" },
  "/www": { kind: "link", target: "/srv/www" },
  "/srv/up": { kind: "link", target: "../../../../etc" },
  "/srv/own": { kind: "link", target: "./www/" },
  "/chain": { kind: "link", target: "srv/own" },
  "/a": { kind: "link", target: "/b" },
  "/b": { kind: "link", target: "a" },
  "/gone": { kind: "link", target: "/nowhere" },
};

const { realpath, kind } = treeView({
  look: (path) => Promise.resolve(TREE[path]),
  read: () => Promise.reject(new Error("nothing is read here")),
  names: () => Promise.resolve([]),
});

const paths: readonly [path: string, real: string | undefined][] = [
  ["/", "/"],
  ["/srv/www/x", "/srv/www/x"],
  ["/www/x", "/srv/www/x"],
  ["/www/../www", "/srv/www"], // `..` is that of the folder that the link led to
  ["/srv/up/passwd", "/etc/passwd"], // never out of the root
  ["//chain/./x", "/srv/www/x"],
  ["/a/x", undefined],
  ["/gone", undefined],
  ["/nowhere", undefined],
];

for (const [path, real] of paths) {
  Deno.test(`links in a container: ${path}`, async () => equal(await realpath(path), real));
}

Deno.test("links in a container: what stands there", async () => {
  equal(await kind("/"), "folder");
  equal(await kind("/www"), "folder");
  equal(await kind("/www/x"), "file");
  equal(await kind("/gone"), undefined);
});
