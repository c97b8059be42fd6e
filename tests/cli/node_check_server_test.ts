import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import { makeCertificates } from "../support/certificates.ts";
import { runHere } from "../support/cli/test_context.ts";
import { startNginx } from "../support/nginx_server.ts";
import { freePort } from "../support/ports.ts";
import { registerTest, testWithTools, tool } from "../support/require.ts";
import { run } from "../support/run.ts";

/** What a script told, and how it ended. */
interface Checked {
  readonly status: number;
  readonly faults: readonly {
    readonly kind: string;
    readonly url: string;
    readonly detail: string;
  }[];
  readonly summary: Readonly<Record<string, unknown>>;
}

/** How a node may be: its shell, and what it can fetch with. */
interface Node {
  readonly shell: readonly string[];
  readonly fetcher: "curl" | "wget" | "python3";
  /** The first folder on its path. */
  readonly path?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs the shell, as with a network of its own. */
  readonly inside?: readonly string[];
}

const FILES: Readonly<Record<string, string>> = {
  "dl.k8s.io/v1/kubelet": "kubelet",
  "dl.k8s.io/v1/kubeadm": "kubeadm",
  "github.com/a b/it's.tgz": "odd",
};

const sum = (text: string) => createHash("sha256").update(text).digest("hex");
const SUMS = Object.entries(FILES).map(([key, text]) => `${sum(text)}  ${key}\n`).join("");

/** A folder with files, and a list of them. */
async function site(): Promise<
  { root: string; list: (text: string) => Promise<string> } & AsyncDisposable
> {
  const root = await Deno.makeTempDir({ prefix: "binimport-site-" });
  await Deno.chmod(root, 0o755);
  for (const [key, text] of Object.entries(FILES)) {
    await Deno.mkdir(`${root}/${key.replace(/[^/]*$/, "")}`, { recursive: true });
    await Deno.writeTextFile(`${root}/${key}`, text);
  }
  return {
    root,
    async list(text) {
      const file = `${root}/${crypto.randomUUID()}.list`;
      await Deno.writeTextFile(file, text);
      return file;
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

async function check(
  url: string,
  list: string,
  { shell, fetcher, path, env, inside = [] }: Node,
  ...args: readonly string[]
): Promise<Checked> {
  const made = await runHere(["node-check", "--url", url, "--expect", list, "--json", ...args]);
  equal(made.status, 0, made.stderr);
  const [program = "", ...rest] = [...inside, ...shell];
  const child = new Deno.Command(program, {
    args: rest,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    clearEnv: true,
    env: {
      PATH: `${path === undefined ? "" : `${path}:`}/usr/sbin:/usr/bin:/sbin:/bin`,
      NODE_CHECK_TOOL: fetcher,
      ...env,
    },
  }).spawn();
  await ReadableStream.from([new TextEncoder().encode(made.stdout)]).pipeTo(child.stdin);
  const { code, stdout, stderr } = await child.output();
  equal(new TextDecoder().decode(stderr), "", "nothing but what it tells");
  const events = new TextDecoder().decode(stdout).trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  return { status: code, faults: events.slice(0, -1), summary: events.at(-1) };
}

const kinds = ({ faults }: Checked) => faults.map(({ kind }) => kind);

/** Every kind of node that this machine can be. */
async function nodes(): Promise<{ all: Node[] } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "binimport-busybox-" });
  const busybox = tool("busybox") ?? "busybox";
  for (const name of ["wget", "sha256sum"]) await Deno.symlink(busybox, `${path}/${name}`);
  const python = `${path}/python`;
  await Deno.mkdir(python);
  if (Deno.statSync("/usr/bin").isDirectory) {
    await Deno.symlink(tool("python3") ?? "", `${python}/python3`);
  }
  return {
    all: [
      { shell: ["sh"], fetcher: "curl" },
      { shell: ["bash"], fetcher: "wget" },
      { shell: [busybox, "sh"], fetcher: "wget", path },
      { shell: ["sh"], fetcher: "python3", path: python },
    ],
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

const TOOLS = ["nginx", "curl", "wget", "python3", "busybox", "openssl"];

testWithTools("node-check: all is well, with every shell and fetcher", TOOLS, async () => {
  await using files = await site();
  await using nginx = await startNginx(files.root);
  await using kinds = await nodes();
  const list = await files.list(SUMS);
  for (const node of kinds.all) {
    const { status, summary, faults } = await check(nginx.url, list, node, "--full");
    deepEqual([status, faults], [0, []], node.fetcher);
    deepEqual([summary["expected"], summary["bodies"], summary["tool"]], [3, 3, node.fetcher]);
  }
});

testWithTools("node-check: each fault of a file is told by its kind", TOOLS, async () => {
  await using files = await site();
  await Deno.writeTextFile(`${files.root}/empty`, "");
  await using nginx = await startNginx(
    files.root,
    {
      directives: `
    location /private/ { return 401; }
    location /closed/ { return 403; }
    location /down/ { return 503; }
    location /login/ { default_type text/html; return 200 "<form>"; }
    location /moved/ { return 302 /login/x; }`,
    },
  );
  await using kinds = await nodes();
  const wrong = sum("other");
  const list = await files.list(
    `${SUMS}${wrong}  a/none\n${wrong}  private/x\n${wrong}  closed/x\n${wrong}  down/x\n` +
      `${wrong}  login/x\n${wrong}  moved/x\n${wrong}  ./empty\n${wrong}  dl.k8s.io/v1/kubeadm/\n`
        .replace(/.*kubeadm\/\n/, ""),
  );
  await Deno.writeTextFile(`${files.root}/dl.k8s.io/v1/kubeadm`, "kubeadX");
  for (const node of kinds.all) {
    const { status, faults, summary } = await check(nginx.url, list, node, "--full");
    equal(status, 5);
    const byPath = Object.fromEntries(
      faults.map(({ url, kind }) => [url.slice(nginx.url.length), kind]),
    );
    deepEqual(byPath, {
      "dl.k8s.io/v1/kubeadm": "digest",
      "a/none": "missing",
      "private/x": "unauthorized",
      "closed/x": "forbidden",
      "down/x": "status",
      "login/x": "page",
      "moved/x": "page",
      "empty": "length",
    }, node.fetcher);
    equal(summary["faults"], 8);
  }
});

testWithTools("node-check: what stops the first request is told once", TOOLS, async () => {
  await using files = await site();
  await using nginx = await startNginx(files.root);
  await using kindsOfNodes = await nodes();
  const list = await files.list(SUMS);
  for (const node of kindsOfNodes.all) {
    const dns = await check("http://mirror.invalid:8080", list, node);
    deepEqual([dns.status, kinds(dns)], [5, ["dns"]], node.fetcher);
    const refused = await check(`http://127.0.0.1:${freePort()}`, list, node);
    deepEqual([refused.status, kinds(refused)], [5, ["refused"]], node.fetcher);
    equal(refused.summary["asked"], 1);
    const user = `http://user:secret@127.0.0.1:${freePort()}`;
    const caught = await check(nginx.url, list, { ...node, env: { http_proxy: user } });
    deepEqual([caught.status, kinds(caught)], [5, ["proxy"]], node.fetcher);
    match(
      caught.faults[0]?.detail ?? "",
      /http_proxy \(http:\/\/127.*add 127\.0\.0\.1 to no_proxy/,
    );
    ok(!JSON.stringify(caught).includes("secret"));
    const exempt = { http_proxy: user, no_proxy: "127.0.0.1" };
    if (node.path === undefined || node.fetcher !== "wget") { // busybox knows no no_proxy
      equal((await check(nginx.url, list, { ...node, env: exempt })).status, 0, node.fetcher);
    }
  }
});

testWithTools("node-check: certificates", TOOLS, async () => {
  await using files = await site();
  const list = await files.list(SUMS);
  await using kindsOfNodes = await nodes();
  // busybox trusts whatever it is shown.
  const trusting = kindsOfNodes.all.filter(({ shell }) => shell.length === 1);
  const cases = [["IP:127.0.0.1", 2, "tls-ca"], ["DNS:other.example", 2, "tls-name"], [
    "IP:127.0.0.1",
    0,
    "tls-date",
  ]] as const;
  for (const [name, days, kind] of cases) {
    await using certificates = await makeCertificates([name], days);
    const [cert, key] = ["public.crt", "private.key"].map((one) =>
      Deno.readTextFileSync(`${certificates.folder}/${one}`)
    );
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, cert: cert ?? "", key: key ?? "", onListen() {} },
      () => new Response("x"),
    );
    for (const node of trusting) {
      const env: Record<string, string> = kind === "tls-ca"
        ? {}
        : { CURL_CA_BUNDLE: certificates.authority, SSL_CERT_FILE: certificates.authority };
      const found = await check(`https://127.0.0.1:${server.addr.port}`, list, { ...node, env });
      // GNU wget takes no authority from the environment, and looks at that first.
      const expected = node.fetcher === "wget" ? "tls-ca" : kind;
      equal(found.status, 5);
      if (node.fetcher === "wget" && kind !== "tls-ca") match(kinds(found)[0] ?? "", /^tls-/);
      else deepEqual(kinds(found), [expected], `${node.fetcher} ${JSON.stringify(found.faults)}`);
    }
  }
});

testWithTools("node-check: a node without a route", [...TOOLS, "unshare"], async () => {
  await using files = await site();
  const list = await files.list(SUMS);
  await using kindsOfNodes = await nodes();
  for (const node of kindsOfNodes.all) {
    const inside = [tool("unshare") ?? "unshare", "--map-root-user", "--net"];
    const found = await check("http://192.0.2.1:8080", list, { ...node, inside });
    deepEqual(
      [found.status, kinds(found)],
      [5, ["route"]],
      `${node.fetcher} ${JSON.stringify(found)}`,
    );
  }
});

testWithTools("node-check: a script is made of what is decided alone", TOOLS, async () => {
  await using files = await site();
  await using nginx = await startNginx(files.root);
  const open = await files.list("https://h.example/{{ v }}/x\n");
  const undecided = await runHere(["node-check", "--url", nginx.url, "--expect", open]);
  deepEqual([undecided.status, undecided.stdout], [3, ""]);
  match(undecided.stderr, /v is not set\n {2}Set it: --set v=VALUE/);
  const unknown = await runHere(["node-check", "--url", nginx.url]);
  equal(unknown.status, 4, "there is no record of an import, and no list");
  equal((await runHere(["node-check", "--url", "http://u:p@h/"])).status, 2);
  equal((await runHere(["node-check", "--root", files.root])).status, 2, "no URL is known");
  const script = await runHere([
    "node-check",
    "--url",
    nginx.url,
    "--expect",
    await files.list(SUMS),
  ]);
  match(
    new TextDecoder().decode(
      await run("sh", ["-n"], { input: new TextEncoder().encode(script.stdout) }),
    ),
    /^$/,
  );
  const text = await run("sh", [], { input: new TextEncoder().encode(script.stdout) });
  match(
    new TextDecoder().decode(text),
    /: all 3 files can be fetched from http.*, 3 were read whole/,
  );
});

/** A network of its own, with these rules of its firewall. */
const firewalled = (rule: string) => [
  tool("unshare") ?? "unshare",
  "--net",
  "sh",
  "-ec",
  `ip link set lo up; iptables -A OUTPUT -p tcp --dport 8080 -j ${rule}; exec "$@"`,
  "sh",
];

registerTest(
  "node-check: a firewall between, and no resolver",
  [
    ...["unshare", "iptables", "ip", "curl"].filter((one) => tool(one) === undefined)
      .map((one) => `needs ${one}`),
    ...(Deno.uid() === 0 ? [] : ["needs root"]),
  ],
  async () => {
    await using files = await site();
    const list = await files.list(SUMS);
    const node: Node = { shell: ["sh"], fetcher: "curl" };
    const kindsAt = async (url: string, rule: string) =>
      kinds(await check(url, list, { ...node, inside: firewalled(rule) }));
    deepEqual(await kindsAt("http://127.0.0.1:8080", "DROP"), ["timeout"]);
    deepEqual(await kindsAt("http://127.0.0.1:8080", "REJECT --reject-with tcp-reset"), [
      "refused",
    ]);
    deepEqual(await kindsAt("http://127.0.0.1:8080", "REJECT"), ["refused"]);
    deepEqual(await kindsAt("http://mirror.example:8080", "DROP"), ["dns"]);
  },
);
