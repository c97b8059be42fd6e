/** From a container's path to the host's, over a list of mounts. */
import fc from "../../support/property.ts";
import { deepEqual, equal } from "node:assert/strict";
import { mountOf } from "../../../locate/containers/kubelet/mod.ts";
import {
  below,
  type Mount,
  outerFirst,
  plain,
  resolveMount,
  restBelow,
} from "../../../locate/containers/mounts.ts";

function mounts(...pairs: readonly [destination: string, source: string][]): Mount[] {
  return pairs.map(([destination, source]) => ({
    destination,
    source,
    what: "bind mount",
    readOnly: false,
  }));
}

/** The path on this host; undefined where there is none. */
function hostPathOf(path: string, list: readonly Mount[]): string | undefined {
  const { mount } = resolveMount(path, list);
  if (typeof mount?.source !== "string") return undefined;
  return below(mount.source, restBelow(mount.destination, path));
}

const cases: readonly [what: string, path: string, list: Mount[], hostPath: string | undefined][] =
  [
    ["the mount itself", "/www", mounts(["/www", "/srv"]), "/srv"],
    ["below it", "/www/a/b", mounts(["/www", "/srv"]), "/srv/a/b"],
    ["whole components", "/www2", mounts(["/www", "/srv"]), undefined],
    ["the longest", "/www/a/b", mounts(["/www", "/srv"], ["/www/a", "/data"]), "/data/b"],
    ["whatever the order", "/www/a/b", mounts(["/www/a", "/data"], ["/", "/all"]), "/all/www/a/b"],
    ["the last of two", "/www/x", mounts(["/www", "/one"], ["/www", "/two"]), "/two/x"],
    ["a whole file system", "/a", mounts(["/", "/srv"]), "/srv/a"],
    ["this host's root", "/www/a", mounts(["/www", "/"]), "/a"],
    ["nothing", "/www", mounts(["/etc/hosts", "/x"]), undefined],
    ["a mount below", "/www", mounts(["/www/a", "/srv"]), undefined],
  ];

for (const [what, path, list, hostPath] of cases) {
  Deno.test(`mounts: ${what}`, () => {
    equal(hostPathOf(path, list), hostPath);
  });
}

Deno.test("mounts: deeper ones are told, those that are covered are not", () => {
  const list = mounts(["/www/old", "/a"], ["/www", "/srv"], ["/www/new", "/b"], ["/etc", "/c"]);
  const innerOf = (path: string) =>
    resolveMount(path, list).inner.map(({ destination }) => destination);
  deepEqual(innerOf("/www"), ["/www/new"]);
  equal(resolveMount("/", list).mount, undefined);
  deepEqual(innerOf("/"), ["/www", "/www/new", "/etc"]);
});

Deno.test("mounts: memory in a mount is no folder of this host", () => {
  const list = [
    ...mounts(["/www", "/srv"]),
    mountOf({ destination: "/www/tmp/", source: "", type: "tmpfs" }),
  ];
  equal(resolveMount("/www/tmp/a", list).mount?.what, "tmpfs");
  equal(hostPathOf("/www/tmpfile", list), "/srv/tmpfile");
});

/** Paths of a few names, so that some lie in others. */
const paths = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 4 })
  .map((names) => plain(names.join("/")));

Deno.test("mounts: as the kernel would do it, mount by mount", () => {
  const pair = fc.tuple(paths, fc.nat(9).map((n) => `/host/${n}`));
  fc.assert(fc.property(fc.array(pair, { maxLength: 6 }), paths, (pairs, path) => {
    // Each mount answers for all that lies in it from then on.
    const names = path.split("/").filter((name) => name !== "");
    let expected: string | undefined;
    for (const [destination, source] of pairs) {
      const own = destination.split("/").filter((name) => name !== "");
      if (!own.every((name, i) => names[i] === name)) continue;
      expected = plain(`${source}/${names.slice(own.length).join("/")}`);
    }
    equal(hostPathOf(path, mounts(...pairs)), expected);
  }));
});

Deno.test("mounts: outer ones come first where a runtime does not tell the order", () => {
  const list = outerFirst(mounts(["/a/b/c", "1"], ["/a", "2"], ["/a/b", "3"], ["/d", "4"]));
  deepEqual(list.map(({ source }) => source), ["2", "4", "3", "1"]);
});
