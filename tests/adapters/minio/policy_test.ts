import assert from "node:assert/strict";
import { allowDownload, anonymousDownload, parsePolicy } from "../../../adapters/minio/bucket.ts";

/** What a policy of this one statement means for `kubean/pre/*`. */
function means(statement: Readonly<Record<string, unknown>>) {
  const defaults = {
    Effect: "Allow",
    Principal: "*",
    Action: "s3:GetObject",
    Resource: "arn:aws:s3:::kubean/*",
  };
  const policy = parsePolicy(JSON.stringify({ Statement: [{ ...defaults, ...statement }] }));
  return anonymousDownload(policy ?? assert.fail(), "kubean", "pre/");
}

Deno.test("a policy allows download when one statement covers every object", () => {
  assert.equal(means({}), "allowed");
  assert.equal(means({ Principal: { AWS: "*" } }), "allowed");
  assert.equal(means({ Principal: { AWS: ["arn:aws:iam::1:root", "*"] } }), "allowed");
  for (const Action of ["*", "s3:*", "s3:Get*", ["s3:PutObject", "s3:GetObject"]]) {
    assert.equal(means({ Action }), "allowed", `${Action}`);
  }
  for (const name of ["*", "arn:aws:s3:::*", "arn:aws:s3:::kubean*", "arn:aws:s3:::kubean/pre/*"]) {
    assert.equal(means({ Resource: ["arn:aws:s3:::other/*", name] }), "allowed", name);
  }
});

Deno.test("a policy that covers less does not allow download", () => {
  const lesser = [
    { Effect: "allow" },
    { Principal: { AWS: ["arn:aws:iam::1:root"] } },
    { Principal: undefined, NotPrincipal: "*" },
    { Action: "s3:ListBucket" },
    { Action: ["s3:GetObjectVersion", "s3:PutObject"] },
    { Action: undefined, NotAction: "s3:PutObject" },
    { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } },
    ...["kubean", "kubean/?", "kubean/????/?", "kubean/pre/?*.gz", "kubean/pre/sub/*", "kubeans/*"]
      .map((name) => ({ Resource: `arn:aws:s3:::${name}` })),
  ];
  for (const statement of lesser) {
    assert.equal(means(statement), "not-allowed", JSON.stringify(statement));
  }
});

Deno.test("a denial wins over what allows", () => {
  const allow = { Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "*" };
  const deny = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:Get*",
    Resource: "arn:aws:s3:::kubean/*",
  };
  assert.equal(anonymousDownload({ Statement: [allow, deny] }, "kubean", ""), "denied");
  const conditional = { ...deny, Condition: { Bool: { "aws:SecureTransport": "false" } } };
  assert.equal(anonymousDownload({ Statement: [allow, conditional] }, "kubean", ""), "allowed");
  const elsewhere = { ...deny, Resource: "arn:aws:s3:::kubean/secret/*" };
  assert.equal(anonymousDownload({ Statement: [elsewhere, allow] }, "kubean", ""), "allowed");
});

Deno.test("allowing download keeps every other statement and member", () => {
  const json = '{"Version":"2008-10-17","Id":"mine","Statement":{"Sid":"x","Effect":"Deny"}}';
  const policy = parsePolicy(json);
  const opened = allowDownload(policy, "kubean", "pre/");
  assert.equal(anonymousDownload(opened, "kubean", "pre/"), "allowed");
  assert.equal(anonymousDownload(opened, "kubean", ""), "not-allowed");
  assert.deepEqual({ ...opened, Statement: opened.Statement.slice(0, 1) }, {
    Version: "2008-10-17",
    Id: "mine",
    Statement: [{ Sid: "x", Effect: "Deny" }],
  });
  assert.equal(opened.Statement.length, 2);
});

Deno.test("a new policy lets anybody fetch, and nothing else", () => {
  assert.deepEqual(allowDownload(undefined, "kubean", ""), {
    Version: "2012-10-17",
    Statement: [{
      Effect: "Allow",
      Principal: { AWS: ["*"] },
      Action: ["s3:GetObject"],
      Resource: ["arn:aws:s3:::kubean/*"],
    }],
  });
});

Deno.test("what is no policy is not taken for one", () => {
  for (const json of ["", "<html></html>", "null", "[]", '"x"', '{"Statement":["x"]}']) {
    assert.equal(parsePolicy(json), undefined, json);
  }
});
