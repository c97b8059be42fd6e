/** `config check --online`: what nodes will ask for is asked for, and what comes instead is told. */
import { deepEqual, equal, match } from "node:assert/strict";
import { makeCertificates } from "../support/certificates.ts";
import { type Ended, runHere } from "../support/cli/test_context.ts";
import { startMinio } from "../support/minio_server.ts";
import { startNginx } from "../support/nginx_server.ts";
import { testWithTools } from "../support/require.ts";

const FOLDER = "dl.k8s.io/release/v1.32.4/bin/linux";

/** A web root with the programs of an architecture. */
async function makeRoot(arch: string): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "binimport-online-" });
  await Deno.chmod(path, 0o755);
  await Deno.mkdir(`${path}/${FOLDER}/${arch}`, { recursive: true });
  for (const name of ["kubelet", "kubeadm", "kubectl"]) {
    await Deno.copyFile("/bin/true", `${path}/${FOLDER}/${arch}/${name}`);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function check(
  endpoint: string,
  spec: string,
  ...args: readonly string[]
): Promise<Ended & { codes: string[] }> {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(
      file,
      `apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n${spec}  binaries:\n` +
        `    type: external\n    externalRepoEndpoint: ${endpoint}\n`,
    );
    const ended = await runHere(["config", "check", file, "--online", "--json", ...args]);
    const events = ended.stdout.trim().split("\n").map((line) => JSON.parse(line));
    const codes = events.filter(({ severity }) => severity === "error").map(({ code }) => code);
    return { ...ended, codes };
  } finally {
    await Deno.remove(file);
  }
}

const VERSION = '  k8sVersion: "v1.32.4"\n';

testWithTools("check --online: what nodes need is there", ["nginx"], async () => {
  for (const arch of ["amd64", "arm64"]) {
    await using root = await makeRoot(arch);
    await using nginx = await startNginx(root.path);
    const endpoint = nginx.url.slice(0, -1);
    const good = await check(endpoint, VERSION);
    equal(good.status, 0, good.stdout);
    match(good.stdout, /"expected":3,"present":3,"missing":0/);
    const kubean = "  kubeanConfig: |-\n    kube_version: v1.32.4\n";
    equal((await check(endpoint, kubean)).status, 0);
    equal((await check(endpoint, "", "--set", "kube_version=1.32.4")).status, 0);
    const both = await check(endpoint, VERSION, "--set", "image_arch=amd64,arm64");
    equal(both.status, 5);
    deepEqual((await check(endpoint, VERSION.replace("32.4", "32.5"))).codes, ["no-program"]);
    deepEqual((await check(endpoint, "")).codes, ["no-version"]);
    const list = `${root.path}/list`;
    await Deno.writeTextFile(list, "https://get.helm.sh/helm-v3.tgz\n");
    const more = await check(endpoint, VERSION, "--expect", list);
    deepEqual([more.status, more.codes], [5, ["not-fetched"]]);
  }
});

testWithTools("check --online: what comes instead is told", ["nginx"], async () => {
  await using root = await makeRoot("amd64");
  const cases: readonly (readonly [directives: string, told: RegExp])[] = [
    ["location /dl.k8s.io/ { return 404; }", /it answers 404/],
    ["location / { deny all; }", /it answers 403.*anonymous access/],
    ["location / { return 401; }", /it answers 401.*anonymous access/],
    ["location / { return 502; }", /it answers 502/],
    [
      'location / { default_type text/html; return 200 "<!doctype html><title>Log in</title>"; }',
      /a login page is sent/,
    ],
    [
      'location /dl.k8s.io/ { return 302 /login; } location /login { default_type text/plain; return 200 "<html><form>"; }',
      /a login page is sent/,
    ],
    [
      "autoindex on; location ~ /kube[a-z]+$ { rewrite ^ /dl.k8s.io/ last; }",
      /a directory listing is sent/,
    ],
    ['location / { return 200 "<html><p>It works!"; }', /a web page is sent/],
    ["location / { return 200 'not found'; }", /it is not a Linux executable/],
  ];
  for (const [directives, told] of cases) {
    await using nginx = await startNginx(root.path, { directives });
    const { status, stdout, codes } = await check(nginx.url.slice(0, -1), VERSION);
    deepEqual([status, codes], [5, ["no-program"]], directives);
    match(stdout, told);
  }
});

testWithTools(
  "check --online: another bucket, and another name",
  ["minio", "openssl"],
  async () => {
    await using server = await startMinio();
    const missing = await check(`${server.url}/other`, VERSION);
    deepEqual([missing.status, missing.codes], [5, ["no-program"]]);
    match(missing.stdout, /it answers 403 \(AccessDenied\).*Check the bucket's name/);
    await server.mc("mb", "test/kubean");
    await using certificates = await makeCertificates(["DNS:other.example"]);
    await using tls = await startMinio({ certificates: certificates.folder });
    const named = await check(tls.url, VERSION, "--ca-file", certificates.authority);
    equal(named.status, 4);
    match(named.stderr, /not trusted[^]*a name that the certificate is for/);
  },
);

Deno.test("config hosts: nodes as an inventory, without passwords", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(
      file,
      `apiVersion: provision.daocloud.io/v1alpha4
kind: ClusterConfig
spec:
  privateKeyPath: /root/.ssh/id_rsa
  masterNodes:
    - nodeName: "g-master1"
      ip: 10.6.127.232
      ansibleUser: root
      ansiblePass: "secret"
      ansibleSSHPort: "2222"
      ansibleExtraArgs: "ansible_become_pass=secret"
    - {ip: 10.6.127.233}
    - {nodeName: on, ansibleUser: "0755"}
  workerNodes:
`,
    );
    const key = { ansible_ssh_private_key_file: "/root/.ssh/id_rsa" };
    const { status, stdout } = await runHere(["config", "hosts", file, "--json"]);
    equal(status, 0);
    deepEqual(JSON.parse(stdout), {
      all: {
        children: {
          kube_control_plane: {
            hosts: {
              "g-master1": {
                ansible_host: "10.6.127.232",
                ansible_user: "root",
                ansible_port: "2222",
                ...key,
              },
              "10.6.127.233": { ansible_host: "10.6.127.233", ...key },
              on: { ansible_user: "0755", ...key },
            },
          },
          kube_node: { hosts: {} },
        },
      },
    });
    const offline = await runHere(["config", "check", file, "--expect", "x"]);
    deepEqual([offline.status, offline.stdout], [2, ""]);
    const text = (await runHere(["config", "hosts", file])).stdout;
    match(text, /^ {8}g-master1:\n {10}ansible_host: 10\./m);
    const twice = (await Deno.readTextFile(file)).replace("nodeName: on", "nodeName: g-master1");
    await Deno.writeTextFile(file, twice);
    const { status: refused, stderr } = await runHere(["config", "hosts", file]);
    deepEqual([refused, /two of masterNodes are called "g-master1"/.test(stderr)], [3, true]);
    match(text, /^ {8}"on":\n {10}ansible_user: "0755"/m); // Ansible reads YAML 1.1
  } finally {
    await Deno.remove(file);
  }
});
