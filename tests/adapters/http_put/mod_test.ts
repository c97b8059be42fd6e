/** `http-put` without a server: its options. */
import assert from "node:assert/strict";
import httpPut from "../../../adapters/http_put/mod.ts";
import type { AdapterInput } from "../../../core/storage/adapter.ts";
import { plainHost } from "../../../core/storage/host.ts";

const host = plainHost();
const parse = (input: AdapterInput) => httpPut.parse({ endpoint: "http://h/r", ...input }, host);

Deno.test("http-put: the endpoint ends in a slash, and nodes fetch from there unless told", () => {
  const { endpoint, served, authorization } = parse({});
  assert.deepEqual([endpoint.href, served.href, authorization], [
    "http://h/r/",
    "http://h/r/",
    undefined,
  ]);
  assert.equal(parse({ url: "https://cdn/x" }).served.href, "https://cdn/x/");
});

Deno.test("http-put: user and password, or a token, make the header", () => {
  const basic = parse({ username: "ä", password: "p:w" }).authorization;
  assert.equal(basic, `Basic ${btoa("\xc3\xa4:p:w")}`);
  assert.equal(parse({ token: "abc" }).authorization, "Bearer abc");
});

const wrong: Readonly<Record<string, readonly [input: AdapterInput, message: RegExp]>> = {
  "no endpoint": [{ endpoint: undefined }, /no endpoint is given$/],
  "an endpoint that is no address": [{ endpoint: "nexus" }, /--endpoint: "nexus" is no http/],
  "another scheme": [{ endpoint: "ftp://h/" }, /"ftp:\/\/h\/" is no http or https address$/],
  "a query": [{ endpoint: "http://h/?a" }, /has a query or fragment$/],
  "credentials in the address": [
    { endpoint: "http://u:hush@h/" },
    /^Cannot use --endpoint: it holds a user name or password$/,
  ],
  "a user without password": [{ username: "u" }, /^Cannot sign in as "u": no password is given$/],
  "a password without user": [{ password: "hush" }, /no user name came with it$/],
  "a token and a user": [{ token: "t", username: "u" }, /^Cannot use a token and a user together$/],
};

for (const [what, [input, message]] of Object.entries(wrong)) {
  Deno.test(`http-put refuses ${what}`, () => {
    assert.throws(() => parse(input), { code: "usage", message });
  });
}

Deno.test("http-put: a server that is not there is told as such", async () => {
  const nowhere = httpPut.open(parse({ endpoint: "http://127.0.0.1:1/" }), host);
  await assert.rejects(nowhere, {
    code: "unavailable",
    message: 'Cannot ask "http://127.0.0.1:1/": the connection was refused',
  });
});
