/** Links of a container, followed inside of it. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { filesBelow } from "../../../locate/containers/files.ts";

/** Below a folder, as below `/proc/PID/root`; links by path, with what they lead to. */
const LINKS: Readonly<Record<string, string>> = {
  "/www": "/srv/www",
  "/srv/up": "../../../../etc",
  "/srv/own": "./www/",
  "/chain": "srv/own",
  "/a": "/b",
  "/b": "a",
  "/gone": "/nowhere",
};

/** Gives it to a test. */
async function withTree(run: (tree: ReturnType<typeof filesBelow>) => Promise<void>) {
  const root = await Deno.makeTempDir();
  try {
    for (const folder of ["/etc", "/srv/www"]) await Deno.mkdir(root + folder, { recursive: true });
    for (const file of ["/etc/passwd", "/srv/www/x"]) await Deno.writeTextFile(root + file, file);
    for (const [path, target] of Object.entries(LINKS)) await Deno.symlink(target, root + path);
    await run(filesBelow(root));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

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
  Deno.test(`links in a container: ${path}`, () =>
    withTree(async ({ realpath }) => equal(await realpath(path), real)));
}

Deno.test("links in a container: what stands there", () =>
  withTree(async ({ kind, names, read }) => {
    equal(await kind("/"), "folder");
    equal(await kind("/www"), "folder");
    equal(await kind("/www/x"), "file");
    equal(await kind("/gone"), undefined);
    deepEqual(await names("/chain"), ["x"]);
    equal(new TextDecoder().decode(await read("/srv/up/passwd")), "/etc/passwd");
    await rejects(read("/gone"), /no such file/);
  }));
