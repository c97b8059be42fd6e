/** Credentials and addresses as people have them. */
import assert from "node:assert/strict";
import minio, { type MinioConfig } from "../../../adapters/minio/mod.ts";
import type { AdapterInput } from "../../../core/storage/mod.ts";
import type { ErrorCode } from "../../../core/util/errors.ts";
import { testHost } from "../../support/adapter_host.ts";

const ENDPOINT = "http://h:9000";

function parse(input: AdapterInput, env: Readonly<Record<string, string>> = {}): MinioConfig {
  return minio.parse({ endpoint: ENDPOINT, ...input }, testHost(env));
}

/** A home with these files. */
async function inHome(
  files: Readonly<Record<string, string>>,
  run: (env: Readonly<Record<string, string>>) => void,
): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "binimport-home-" });
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${home}/${path.replace(/\/[^/]+$/, "")}`, { recursive: true });
      await Deno.writeTextFile(`${home}/${path}`, text);
    }
    run({ HOME: home });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const AWS = {
  ".aws/credentials": "\uFEFF[default]\r\naws_access_key_id = D\r\naws_secret_access_key=d/=+\r\n" +
    "# a comment\r\n[ site ]\r\naws_access_key_id=S # mine\r\naws_secret_access_key = s\r\n" +
    "aws_session_token = t\r\n[half]\naws_access_key_id = H\n",
  ".aws/config": "[profile site]\nregion = eu-x\ns3 =\n  region = not-this\n[profile role]\n" +
    "role_arn = arn:x\nregion=eu-y\n",
};
const site = { accessKey: "S", secretKey: "s", sessionToken: "t" };

Deno.test("minio: blanks, newlines and a BOM around keys are no part of them", () => {
  const { credentials } = parse({ username: "\uFEFFuser \r\n", password: " secret\r\n" });
  assert.deepEqual(credentials, { accessKey: "user", secretKey: "secret" });
  const env = {
    AWS_ACCESS_KEY_ID: "key\r",
    AWS_SECRET_ACCESS_KEY: "sec\n",
    AWS_SESSION_TOKEN: " token\n",
  };
  const expected = { accessKey: "key", secretKey: "sec", sessionToken: "token" };
  assert.deepEqual(parse({}, env).credentials, expected);
  assert.deepEqual(parse({ username: " key" }, env).credentials, expected);
});

Deno.test("minio reads profiles of ~/.aws", async () => {
  await inHome(AWS, (env) => {
    const named = parse({ profile: "site" }, env);
    assert.deepEqual([named.credentials, named.region], [site, "eu-x"]);
    assert.equal(parse({ profile: "site", region: "own" }, env).region, "own");
    const usual = parse({}, env);
    assert.deepEqual(usual.credentials, { accessKey: "D", secretKey: "d/=+" });
    assert.equal(usual.region, "us-east-1", "a profile that nobody named has no say");
    assert.deepEqual(parse({}, { ...env, AWS_PROFILE: "site" }).credentials, site);
    // One that is asked for comes before the environment, the usual one after it.
    const pair = { AWS_ACCESS_KEY_ID: "E", AWS_SECRET_ACCESS_KEY: "e" };
    assert.equal(parse({ profile: "site" }, { ...env, ...pair }).credentials.accessKey, "S");
    assert.equal(parse({}, { ...env, ...pair }).credentials.accessKey, "E");
    assert.equal(parse({ username: "D" }, { ...env, ...pair }).credentials.secretKey, "d/=+");
  });
});

Deno.test("minio: a password that holds nothing is told as that", () => {
  for (const password of ["", " \r\n"]) {
    refuses({ username: "u", password }, {}, "unauthorized", /given is empty$/, /--password-file/);
    refuses({ password }, {}, "unauthorized", /no credentials are given$/, /--username/);
  }
  refuses({ username: "u" }, {}, "unauthorized", /no password is given$/, /--password-file/);
});

Deno.test("minio: files of AWS elsewhere, and none at all", async () => {
  await inHome({ "x/keys": AWS[".aws/credentials"] }, ({ HOME }) => {
    const env = { AWS_SHARED_CREDENTIALS_FILE: `${HOME}/x/keys` };
    assert.deepEqual(parse({ profile: "site" }, env).credentials, site);
  });
  refuses({}, {}, "unauthorized", /no credentials are given/, /~\/\.aws\/credentials/);
});

Deno.test("minio tells what is wrong with a profile", async () => {
  await inHome(AWS, (env) => {
    refuses({ profile: "sight" }, env, "usage", /none of that name/, /default, site, half, role/);
    refuses({ profile: "half" }, env, "usage", /holds no access key/, /export-credentials/);
    refuses(
      { profile: "role" },
      env,
      "usage",
      /holds no access key/,
      /--profile role --format env/,
    );
    refuses({ profile: "x" }, { HOME: "/nowhere" }, "usage", /none of that name/, /Neither/);
  });
});

Deno.test("minio reads the aliases that mc keeps", async () => {
  const alias = { url: "https://h:9000", accessKey: "A\n", secretKey: "a", api: "S3v4" };
  const config = JSON.stringify({
    version: "10",
    aliases: { "my-site": alias, local: { url: "http://l:9000", accessKey: "", secretKey: "" } },
  });
  await inHome({ ".mc/config.json": config, "elsewhere/config.json": "{" }, (env) => {
    const found = parse({ endpoint: "my-site/files/pre" }, env);
    assert.deepEqual([found.server.href, found.bucket, found.prefix], [
      "https://h:9000/",
      "files",
      "pre/",
    ]);
    assert.deepEqual(found.credentials, { accessKey: "A", secretKey: "a" });
    // The environment comes first, as with mc.
    const both = { ...env, MC_HOST_local: "http://u:p@other:9000" };
    assert.equal(parse({ endpoint: "local" }, both).server.host, "other:9000");
    refuses({ endpoint: "local" }, env, "unauthorized", /no credentials/, /./);
    const spoiled = { ...env, MC_CONFIG_DIR: `${env["HOME"]}/elsewhere` };
    refuses({ endpoint: "my-site" }, spoiled, "usage", /no scheme/, /that mc keeps/);
  });
});

function refuses(
  input: AdapterInput,
  env: Readonly<Record<string, string>>,
  code: ErrorCode,
  message: RegExp,
  hint: RegExp,
): void {
  assert.throws(() => parse(input, env), (error) => {
    assert(error instanceof Error && "code" in error && "hint" in error);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.match(String(error.hint), hint);
    return true;
  });
}

const KEYS = { username: "u", password: "p" };

/** Endpoint and options, and what they address. */
const addressed: readonly (readonly [AdapterInput, host: string, bucket: string, string])[] = [
  [{ endpoint: "http://10.0.0.1:9000" }, "10.0.0.1:9000", "kubean", "path"],
  [{ endpoint: "http://minio:9000" }, "minio:9000", "kubean", "auto"],
  [{ endpoint: "https://s3.site", bucket: "a.b" }, "s3.site", "a.b", "path"],
  [{ endpoint: "http://minio", addressing: "virtual" }, "minio", "kubean", "virtual"],
  [
    { endpoint: "https://{bucket}.oss-cn-x.aliyuncs.com" },
    "oss-cn-x.aliyuncs.com",
    "kubean",
    "virtual",
  ],
  [
    { endpoint: "https://files.oss-cn-x.aliyuncs.com" },
    "oss-cn-x.aliyuncs.com",
    "files",
    "virtual",
  ],
  [
    { endpoint: "https://files.s3.eu-x.amazonaws.com" },
    "s3.eu-x.amazonaws.com",
    "files",
    "virtual",
  ],
  [
    { endpoint: "https://s3.eu-x.amazonaws.com", bucket: "files" },
    "s3.eu-x.amazonaws.com",
    "files",
    "auto",
  ],
  [{ endpoint: "https://oss-cn-x.aliyuncs.com" }, "oss-cn-x.aliyuncs.com", "kubean", "auto"],
  [
    { endpoint: "https://files-1250000000.cos.ap-x.myqcloud.com" },
    "cos.ap-x.myqcloud.com",
    "files-1250000000",
    "virtual",
  ],
  [
    { endpoint: "http://kubean.s3.garage.localhost:3900" },
    "s3.garage.localhost:3900",
    "kubean",
    "virtual",
  ],
  // A server may be called as the bucket is, and a name space "s3".
  [{ endpoint: "http://kubean.site:9000" }, "kubean.site:9000", "kubean", "auto"],
  [{ endpoint: "http://minio.s3.svc:9000" }, "minio.s3.svc:9000", "kubean", "auto"],
  [
    { endpoint: "http://kubean.site:9000", addressing: "virtual" },
    "site:9000",
    "kubean",
    "virtual",
  ],
  [{ endpoint: "http://kubean.s3.site", addressing: "path" }, "kubean.s3.site", "kubean", "path"],
];

for (const [input, host, bucket, addressing] of addressed) {
  Deno.test(`minio understands ${JSON.stringify(input)}`, () => {
    const config = parse({ ...KEYS, ...input });
    assert.deepEqual(
      [config.server.host, config.bucket, config.addressing],
      [host, bucket, addressing],
    );
  });
}

Deno.test("minio refuses addressing that cannot be", () => {
  const endpoint = "https://files.oss-cn-x.aliyuncs.com";
  const bad: readonly (readonly [AdapterInput, RegExp, RegExp])[] = [
    [{ addressing: "dns" }, /"dns" for --addressing/, /auto, path, virtual/],
    [{ endpoint: "http://10.0.0.1", addressing: "virtual" }, /is an IP address/, /host name/],
    [{ endpoint: "http://[fd00::1]:9000", addressing: "virtual" }, /is an IP address/, /host name/],
    [
      { endpoint: "https://{bucket}.site", bucket: "a.b" },
      /cover no bucket's name/,
      /without dots/,
    ],
    [{ endpoint, bucket: "other" }, /names bucket "files"/, /one of the two places/],
    [{ url: "http://u:p@h/" }, /--url: it holds a user name/, /without credentials/],
    [{ url: "h" }, /use --url/, /http:\/\//],
    [{ url: "http://h/?q" }, /use --url/, /http:\/\//],
  ];
  for (const [input, message, hint] of bad) {
    refuses({ ...KEYS, ...input }, {}, "usage", message, hint);
  }
});
