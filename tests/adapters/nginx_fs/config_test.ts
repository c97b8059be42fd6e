import assert from "node:assert/strict";
import { resolve } from "node:path";
import nginxFs from "../../../adapters/nginx_fs/mod.ts";
import type { AdapterInput } from "../../../core/storage/adapter.ts";
import { plainHost } from "../../../core/storage/host.ts";
import { failsWith } from "../../support/fails_with.ts";
import { webRoot } from "../../support/web_root.ts";

const parse = (input: AdapterInput) => nginxFs.parse(input, plainHost());

Deno.test("a root alone is enough", () => {
  const defaults = { fsync: false, mode: "0644", selinux: "auto", lockWait: 0 };
  assert.deepEqual(parse({ root: "/srv/www/" }), { root: "/srv/www", ...defaults });
  assert.deepEqual(parse({ root: "/" }), { root: "/", ...defaults });
  assert.deepEqual(parse({ root: "www" }), { root: resolve("www"), ...defaults });
});

Deno.test("every option has its value read", () => {
  const given = parse({
    root: "/srv/www",
    url: "https://files.example:8443/kubean",
    fsync: true,
    mode: "keep",
    owner: "root:1234",
    serverUser: "1234:root",
    selinux: "off",
    lockWait: "1m30s",
  });
  assert.deepEqual(given, {
    root: "/srv/www",
    url: "https://files.example:8443/kubean/",
    fsync: true,
    mode: "keep",
    owner: { uid: 0, gid: 1234 },
    serverUser: { name: "1234:root", uid: 1234, gids: [0] },
    selinux: "off",
    lockWait: 90_000,
  });
});

Deno.test("owners are numbers or names, the group may be left out", () => {
  const owner = (text: string) => parse({ root: "/", owner: text }).owner;
  assert.deepEqual(owner("root:root"), { uid: 0, gid: 0 });
  assert.deepEqual(owner("1000"), { uid: 1000, gid: -1 });
  assert.deepEqual(owner("0:0"), { uid: 0, gid: 0 });
});

const wrong: Record<string, [AdapterInput, RegExp]> = {
  "no root": [{}, /neither --root nor --url/],
  "an empty root": [{ root: "" }, /neither --root nor --url/],
  "a root with NUL": [{ root: "/a\0b" }, /holds a NUL byte/],
  "a mode that is none": [{ root: "/", mode: "0777" }, /use "0777" for --mode: unknown value/],
  "a user that is none": [{ root: "/", owner: "no-such-user" }, /passwd has no "no-such-user"/],
  "a group that is none": [{ root: "/", owner: "0:no-such-group" }, /group has no "no-such-/],
  "an owner with two groups": [{ root: "/", owner: "a:b:c" }, /the owner "a:b:c": no such form/],
  "an owner without user": [{ root: "/", owner: ":0" }, /the owner ":0": no such form/],
  "a server user that is none": [{ root: "/", serverUser: "no-such" }, /passwd has no "no-such"/],
  "a choice for SELinux that is none": [{ root: "/", selinux: "on" }, /use "on" for --selinux/],
  "an id that chown takes for none": [{ root: "/", owner: "4294967295" }, /the owner/],
  "a URL of another scheme": [{ root: "/", url: "ftp://x/" }, /no http or https address/],
  "a URL that is none": [{ root: "/", url: "10.6.170.10:8080" }, /no http or https address/],
  "a URL with a query": [{ root: "/", url: "http://x/?a" }, /has a query or fragment/],
  "a wait that is none": [{ root: "/", lockWait: "soon" }, /the duration "soon"/],
};

for (const [name, [input, message]] of Object.entries(wrong)) {
  Deno.test(`${name} is a usage error with a hint`, async () => {
    const error = await failsWith("usage", message, () => Promise.try(() => parse(input)));
    assert(error.hint);
  });
}

Deno.test("credentials in a URL are refused, and not shown", async () => {
  const url = "http://user:hush@host/";
  const error = await failsWith(
    "usage",
    /it holds a user name or password/,
    () => Promise.try(() => parse({ root: "/", url })),
  );
  assert(!`${error.message} ${error.hint}`.includes("hush"));
});

Deno.test("publicUrl follows the URL given, and there is none without", async () => {
  using root = webRoot();
  const urlOf = async (url: string | undefined, key: string) => {
    await using adapter = await root.open({ url });
    return adapter.publicUrl?.(key)?.href;
  };
  assert.equal(await urlOf("http://h:8080", "a b/c%2F?#"), "http://h:8080/a%20b/c%252F%3F%23");
  assert.equal(await urlOf("http://h/x/", "a"), "http://h/x/a");
  assert.equal(await urlOf("http://h/x", "a"), "http://h/x/a");
  assert.equal(await urlOf(undefined, "a"), undefined);
});
