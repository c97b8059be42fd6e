import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Context } from "../../cli/context.ts";
import { openedOnce } from "../../cli/process.ts";
import { runProgram } from "../../cli/program.ts";
import { captured, type Ended } from "../support/cli/test_context.ts";
import { run } from "../support/run.ts";
import { testWithSmallDisk } from "../support/small_disk.ts";

const SAMPLE = `apiVersion: provision.daocloud.io/v1alpha4
kind: ClusterConfig
metadata:
spec:
  binaries:
    type: builtin # for now
  osRepos:
    type: builtin
`;
const PASSWORD = "p@ss: \"#'\\ 0755 😀";

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Runs `binimport config ARGS…`. */
async function config(
  args: readonly string[],
  { env = {}, stdin = "" }: Given = {},
): Promise<Ended> {
  const [stdout, stderr] = [captured(), captured()];
  const context: Context = {
    args: ["config", ...args],
    stdout,
    stderr,
    signal: new AbortController().signal,
    env: (name) => env[name] || undefined,
    stdin: openedOnce(() => ReadableStream.from([new TextEncoder().encode(stdin)])),
  };
  const status = await runProgram(context);
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

async function withFile(
  run: (path: string, folder: string) => Promise<void>,
  text = SAMPLE,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.writeTextFile(`${folder}/c.yaml`, text);
    await run(`${folder}/c.yaml`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const S3 = ["--endpoint", "https://10.0.1.1:9000", "--username", "root"];

Deno.test("set: other names of the file are told, which keep the old text", async () => {
  await withFile(async (path, folder) => {
    const set = (port: number) => config(["set", path, "--endpoint", `http://10.0.1.1:${port}`]);
    equal((await set(80)).stderr, "");
    await Deno.link(path, `${folder}/other.yaml`);
    const { status, stderr } = await set(81);
    equal(status, 0);
    match(stderr, /c\.yaml" had 1 other name \(hard links\), under which the old text stays/);
    const [, command = ""] = /Find them: find \/ (-samefile \S+);/.exec(stderr) ?? [];
    const found = new TextDecoder().decode(await run("find", [folder, ...command.split(" ")]));
    deepEqual(found.trim().split("\n").sort(), [`${path}.bak1`, `${folder}/other.yaml`]);
    match(await Deno.readTextFile(`${folder}/other.yaml`), /10\.0\.1\.1:80$/m);
    equal((await set(82)).stderr, "");
  });
});

Deno.test("set: a password in a file that others may read is told, and how to close it", async () => {
  for (const [mode, told] of [[0o644, "0644"], [0o640, "0640"], [0o600, undefined]] as const) {
    await withFile(async (path, folder) => {
      await Deno.chmod(path, mode);
      await Deno.writeTextFile(`${folder}/secret`, "hunter2\n", { mode: 0o600 });
      const secret = ["--password-file", `${folder}/secret`];
      const plain = await config(["set", path, "--endpoint", "http://10.0.1.1:8080"]);
      ok(!plain.stderr.includes("read the password"), "there is none");
      const dryRun = await config(["set", path, ...S3, ...secret, "--dry-run"]);
      ok(!dryRun.stderr.includes("read the password"), "nothing was written");
      const set = await config(["set", path, ...S3, ...secret]);
      equal(set.status, 0, set.stderr);
      ok(!`${set.stdout}${set.stderr}`.includes("hunter2"));
      if (told === undefined) return ok(!set.stderr.includes("read the password"), set.stderr);
      match(
        set.stderr,
        new RegExp(`Other users can read the password in ".*c\\.yaml" \\(mode ${told}\\)`),
      );
      match(set.stderr, /chmod 600 on it and on .*c\.yaml\.bak1/);
      const json = await config(["set", path, ...S3, "--password-file", "-", "--json"], {
        stdin: "x",
      });
      match(json.stdout + json.stderr, /"code":"secret-readable"/);
    });
  }
});

Deno.test("set and get: S3 form, then HTTP form; the password is in no output", async () => {
  await withFile(async (path, folder) => {
    const set = await config(["set", path, ...S3, "--password-file", "-"], {
      stdin: `${PASSWORD}\n`,
    });
    equal(set.status, 0, set.stderr);
    match(set.stdout, /^Changed .*c\.yaml\n {2}type: builtin → external\n/);
    match(set.stdout, /externalRepoPassword: \(none\) → \(not shown\)\nBackup: .*c\.yaml\.bak\n$/);
    equal(await Deno.readTextFile(`${path}.bak`), SAMPLE);

    const get = await config(["get", path]);
    match(get.stdout, /externalRepoPassword: \(set, not shown\)\nform: s3\n$/);
    const json = await config(["get", path, "--json"]);
    deepEqual(JSON.parse(json.stdout), {
      type: "external",
      externalRepoEndpoint: "https://10.0.1.1:9000",
      externalRepoUsername: "root",
      externalRepoPassword: true,
      form: "s3",
    });

    const http = await config(["set", path, "--endpoint", "http://10.0.1.1:8080/"]);
    match(http.stdout, /externalRepoPassword: \(not shown\) → \(none\)/);
    deepEqual(JSON.parse((await config(["get", path, "--json"])).stdout), {
      type: "external",
      externalRepoEndpoint: "http://10.0.1.1:8080",
      externalRepoUsername: null,
      externalRepoPassword: false,
      form: "http",
    });
    for (const { stdout, stderr } of [set, get, json, http]) {
      ok(!`${stdout}${stderr}`.includes("p@ss"));
    }
    const expected = SAMPLE.replace("builtin # for now", "external # for now")
      .replace("  osRepos", "    externalRepoEndpoint: http://10.0.1.1:8080\n  osRepos");
    equal(await Deno.readTextFile(path), expected);
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "c.yaml",
      "c.yaml.bak",
      "c.yaml.bak1",
    ]);
  });
});

Deno.test("setting the same again changes no byte and makes no backup", async () => {
  await withFile(async (path, folder) => {
    const env = { BINIMPORT_PASSWORD: PASSWORD };
    await config(["set", path, ...S3], { env });
    const before = await Deno.readTextFile(path);
    await Deno.remove(`${path}.bak`);
    const { status, stdout } = await config(["set", path, ...S3, "--json"], { env });
    equal(status, 0);
    deepEqual(JSON.parse(stdout), {
      event: "config",
      file: path,
      action: "unchanged",
      form: "s3",
      changes: [],
    });
    equal(await Deno.readTextFile(path), before);
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["c.yaml"]);
  });
});

Deno.test("a dry run tells what would change, and changes nothing", async () => {
  await withFile(async (path, folder) => {
    const { status, stdout } = await config(["set", path, "--dry-run"], {
      env: {
        BINIMPORT_ENDPOINT: "http://h:9000",
        BINIMPORT_USERNAME: "u",
        BINIMPORT_PASSWORD: "secret",
      },
    });
    equal(status, 0);
    match(stdout, /^Would change .*\n.*\n {2}externalRepoEndpoint: \(none\) → http:\/\/h:9000\n/);
    equal(await Deno.readTextFile(path), SAMPLE);
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["c.yaml"]);
  });
});

const usage: readonly [args: readonly string[], stdin: string, message: RegExp][] = [
  [[], "", /no endpoint is given/],
  [["--endpoint", "h:9000"], "", /Cannot use "h:9000" as an endpoint: it is no http\(s\) URL/],
  [["--endpoint", "http://u:hunter2@h"], "", /"http:\/\/\*\*\*@h" .*: it holds a user name/],
  [["--endpoint", "http://h?x"], "", /it has a "\?"/],
  [["--endpoint", "http://h/a b"], "", /no http\(s\) URL/],
  [S3, "", /Cannot set user "root": no password is given\n.*--password-file FILE/],
  [[...S3, "--password", "hunter2"], "", /command line: ps shows it\n.*--password-file FILE/],
  [[...S3, "--password=hunter2"], "", /command line: ps shows it/],
  [[...S3, "--password-file", "/nowhere"], "", /Cannot read "\/nowhere" of --password-file/],
  [
    [...S3, "--password-file", "/dev/zero"],
    "",
    /"\/dev\/zero" of --password-file: it has more than/,
  ],
  [[...S3, "--password-file", "-"], "", /it is empty/],
  [[...S3, "--password-file", "-"], "\n", /it is empty/],
  [[...S3, "--password-file", "-"], "hunter2\n\n", /it has more than one line/],
  [[...S3, "--password-file", "-"], "hunter2\r\n\r\n", /it has more than one line/],
  [[...S3, "--password-file", "-"], "hunter2\nx", /it has more than one line/],
  [[...S3, "--password-file", "-"], "hunter2\0", /it holds a NUL byte/],
  [["--endpoint", "http://h", "--password-file", "-"], "x", /without --username/],
  [["--endpoint", "http://h:9000/kubean", ...S3.slice(2), "--password-file", "-"], "x", /bucket/],
];

for (const [args, stdin, message] of usage) {
  Deno.test(`set ${args.join(" ")} with ${JSON.stringify(stdin)} is a usage error`, async () => {
    await withFile(async (path) => {
      const { status, stdout, stderr } = await config(["set", path, ...args], { stdin });
      deepEqual([status, stdout], [2, ""]);
      match(stderr, message);
      ok(!stderr.includes("hunter2"));
      equal(await Deno.readTextFile(path), SAMPLE);
    });
  });
}

Deno.test("one newline at the end of a password file is dropped, LF or CRLF", async () => {
  for (const stdin of ["secret", "secret\n", "secret\r\n"]) {
    await withFile(async (path) => {
      await config(["set", path, ...S3, "--password-file", "-"], { stdin });
      match(await Deno.readTextFile(path), /externalRepoPassword: secret\n/);
    });
  }
});

Deno.test("a file that is absent or no ClusterConfig: status 3 for all of them, and no change", async () => {
  const text = "kind: Pod\n";
  await withFile(async (path) => {
    for (const verb of ["get", "check", "vars", "set"]) {
      const more = verb === "set" ? ["--endpoint", "http://h"] : [];
      equal((await config([verb, `${path}.absent`, ...more])).status, 3, verb);
      equal((await config([verb, path, ...more])).status, 3, verb);
    }
    equal(await Deno.readTextFile(path), text);
  }, text);
});

Deno.test("set says what stays wrong: a block outside spec, both spellings", async () => {
  const text = SAMPLE.replace(
    "    type: builtin #",
    "    externalRepository: https://h/k\n    externalRepoEndpoint: http://h\n    type: x #",
  )
    .concat("binaries:\n  type: external\n");
  await withFile(async (path) => {
    const { status, stderr } = await config(["set", path, "--endpoint", "http://h:8080"]);
    equal(status, 0);
    match(stderr, /c\.yaml:6: "externalRepository" and "externalRepoEndpoint" stand side by side/);
    match(stderr, /c\.yaml:11: "binaries" does not stand right under "spec"/);
    match(await Deno.readTextFile(path), /^ {4}externalRepository: https:\/\/h\/k\n/m);
  }, text);
});

const OTHER = SAMPLE.replace("builtin #", "external\n    externalRepository: URL #");

Deno.test("the other spelling is read alike, and edited where it stands", async () => {
  for (
    const [url, more, form, base, edited] of [
      ["http://h:8080", "", "http", "http://h:8080", "http://10.0.1.1:8080"],
      ["http://h:8080/dl/", "", "http", "http://h:8080/dl", "http://10.0.1.1:8080"],
      ["https://h:9000/bin", CREDENTIALS, "s3", "https://h:9000/bin", "http://10.0.1.1:8080"],
      ["https://h:9000", CREDENTIALS, "s3", "https://h:9000/kubean", "http://10.0.1.1:8080"],
    ] as const
  ) {
    await withFile(async (path) => {
      const get = JSON.parse((await config(["get", path, "--json"])).stdout);
      deepEqual([get.externalRepository, get.form], [url, form]);
      const vars = JSON.parse((await config(["vars", path, "--json"])).stdout);
      equal(vars.files_repo, base);
      equal((await config(["check", path])).status, 0);
      const set = await config(["set", path, "--endpoint", "http://10.0.1.1:8080"]);
      match(set.stdout, /\n {2}externalRepository: .* → http:\/\/10\.0\.1\.1:8080\n/);
      equal(await Deno.readTextFile(path), OTHER.replace("URL", edited));
      const again = await config(["check", path]);
      deepEqual([again.status, again.stdout], [0, `${path}: 0 errors, 0 warnings\n`]);
    }, OTHER.replace("URL # for now", `${url} # for now${more}`));
  }
});

Deno.test("what check calls an error in the other spelling, no other command reads", async () => {
  for (
    const url of ["https://h:9000/a/b", "https://h:9000/No", "https://u:hunter2@h:9000/k", "h"]
  ) {
    await withFile(async (path) => {
      equal((await config(["check", path])).status, 5, url);
      const { status, stderr } = await config(["vars", path]);
      equal(status, 3, url);
      ok(!stderr.includes("hunter2"), stderr);
    }, OTHER.replace("URL # for now", `${url} # for now${CREDENTIALS}`));
  }
});

const CREDENTIALS = "\n    externalRepoUsername: root\n    externalRepoPassword: x";

Deno.test("a user name left in the environment makes no S3 form in silence", async () => {
  const env = { BINIMPORT_USERNAME: "left", BINIMPORT_PASSWORD: "hunter2" };
  await withFile(async (path) => {
    const http = ["set", path, "--endpoint", "http://10.0.1.1:8080"];
    const refused = await config(http, { env });
    deepEqual([refused.status, refused.stdout], [2, ""]);
    match(refused.stderr, /\$BINIMPORT_USERNAME gives a user name\n.*--username/);
    equal(await Deno.readTextFile(path), SAMPLE);
    equal((await config([...http, "--username", ""], { env })).status, 0);
    match(await Deno.readTextFile(path), /Endpoint: http:\/\/10\.0\.1\.1:8080\n {2}osRepos/);
    const s3 = await config(["set", path, "--endpoint", "http://10.0.1.1:9000"], { env });
    equal(s3.status, 0, s3.stderr);
    match(s3.stderr, /\$BINIMPORT_USERNAME, password from \$BINIMPORT_PASSWORD/);
    ok(!`${s3.stdout}${s3.stderr}`.includes("hunter2"));
  });
});

testWithSmallDisk("a file that is a mount of its own is written in place", ["mount"], async () => {
  await withFile(async (path, folder) => {
    await Deno.mkdir(`${folder}/d`);
    const mounted = `${folder}/d/c.yaml`;
    await Deno.writeTextFile(mounted, "");
    await run("mount", ["--bind", path, mounted]);
    try {
      const set = await config(["set", mounted, "--endpoint", "http://10.0.1.1:8080"]);
      equal(set.status, 0, set.stderr);
      match(set.stderr, /is a mount of its own: it was written in place/);
      equal(await Deno.readTextFile(`${mounted}.bak`), SAMPLE);
      match(await Deno.readTextFile(path), /type: external # for now\n.*10\.0\.1\.1:8080\n/);
      const again = await config(["set", mounted, "--endpoint", "http://10.0.1.1:8080"]);
      match(again.stdout, /^Nothing to change/);
      deepEqual([...Deno.readDirSync(`${folder}/d`)].map(({ name }) => name).sort(), [
        "c.yaml",
        "c.yaml.bak",
      ]);
    } finally {
      await run("umount", [mounted]);
    }
  });
});

Deno.test("check: findings with line and hint, status 5 for errors only", async () => {
  await withFile(async (path) => {
    const fine = await config(["check", path]);
    deepEqual([fine.status, fine.stdout, fine.stderr], [0, `${path}: 0 errors, 0 warnings\n`, ""]);
  });
  const odd = SAMPLE.replace("builtin #", "external\n    externalRepoEndpoint: https://h:9000 #");
  await withFile(async (path) => {
    const { status, stdout } = await config(["check", path]);
    equal(status, 0);
    match(stdout, /c\.yaml:7: warning: port 9000 .* \[https-without-credentials\]\n {2}If it/);
  }, odd);
  await withFile(async (path) => {
    const { status, stdout } = await config(["check", path, "--json"]);
    equal(status, 5);
    const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    deepEqual(events, [
      {
        event: "finding",
        severity: "error",
        code: "unknown-type",
        message: 'the type "wrong" is not known',
        hint: "Write external, builtin or official-service.",
        line: 6,
      },
      { event: "summary", ok: false, file: path, errors: 1, warnings: 0 },
    ]);
  }, SAMPLE.replace("builtin #", "wrong #"));
});

Deno.test("vars: what kubespray is told, in both forms", async () => {
  const http = SAMPLE.replace("builtin #", "external\n    externalRepoEndpoint: http://h:8080 #");
  await withFile(async (path) => {
    const { status, stdout } = await config(["vars", path]);
    equal(status, 0);
    equal(
      stdout,
      "files_repo: http://h:8080\ndl_k8s_io_url: http://h:8080/dl.k8s.io\n" +
        "github_url: http://h:8080/github.com\n" +
        "storage_googleapis_url: http://h:8080/storage.googleapis.com\n" +
        "get_helm_url: http://h:8080/get.helm.sh\n" +
        stdout.slice(stdout.indexOf("#")),
    );
    match(stdout, /^# .*--kubespray v2\.24[^]*^# argocd_install_url: "\{\{ files_repo \}\}/m);
    ok(!stdout.includes("download_validate_certs"), "it matters for https alone");
    for (const release of ["v2.24.3", "2.23"]) {
      const old = await config(["vars", path, "--kubespray", release]);
      match(
        old.stdout,
        /^kubelet_download_url: "\{\{ files_repo \}\}\/dl\.k8s\.io\/release\/\{\{ kube_version \}\}\/bin\/linux\/\{\{ image_arch \}\}\/kubelet"$/m,
      );
      match(
        old.stdout,
        /^containerd_download_url: .*\/v\{\{ containerd_version \}\}\/containerd-\{\{/m,
      );
      ok(!/github_url/.test(old.stdout), "it reads no such variable");
    }
    match((await config(["vars", path, "--kubespray", "v2.25.0"])).stdout, /^github_url: /m);
    equal((await config(["vars", path, "--kubespray", "next"])).status, 2);
    const password = { env: { BINIMPORT_PASSWORD: "x" } };
    await config(["set", path, ...S3], password);
    const files = async (...args: string[]) =>
      JSON.parse((await config(["vars", path, "--json", ...args])).stdout).files_repo;
    equal(await files(), "https://10.0.1.1:9000/kubean");
    equal(await files("--bucket", "other"), "https://10.0.1.1:9000/other");
    match((await config(["vars", path])).stdout, /^# download_validate_certs: false$/m);
    equal((await config(["vars", path, "--bucket", "No"])).status, 2);
  }, http);
  await withFile(async (path) => {
    const { status, stderr } = await config(["vars", path]);
    equal(status, 3);
    match(stderr, /no external endpoint is set\n {2}Set one: binimport config set/);
  });
});
