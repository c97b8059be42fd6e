import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  type Expectation,
  isUndecided,
  mirrorKey,
  readExpectations,
} from "../../core/expected/mod.ts";
import { failsWith } from "../support/fails_with.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);

async function read(
  texts: string | readonly (string | Uint8Array<ArrayBuffer>)[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Expectation[]> {
  const folder = await Deno.makeTempDir();
  try {
    const all = typeof texts === "string" ? [texts] : texts;
    const files = all.map((text, i) => {
      const file = `${folder}/${i}`;
      Deno.writeFileSync(file, typeof text === "string" ? new TextEncoder().encode(text) : text);
      return file;
    });
    return await readExpectations(files, new Map(Object.entries(variables)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Keys with digests, and what is undecided with its reason. */
const told = (expected: readonly Expectation[]) =>
  expected.map((one) => isUndecided(one) ? [one.key, one.reason] : [one.key, one.sha256]);

const KUBELET = "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubelet";

Deno.test("expected: the mirror's key of an address", () => {
  const bases = new Map([["10.0.1.1:8080/kubean/github.com", "github.com"], [
    "10.0.1.1:8080/kubean",
    "",
  ]]);
  const cases: readonly (readonly [string, string | undefined])[] = [
    [`https://${KUBELET}`, KUBELET],
    [`HTTPS://DL.K8S.IO/release/x`, "dl.k8s.io/release/x"],
    [
      `https://storage.googleapis.com/kubernetes-release/release/v1.9.0/kubelet`,
      "dl.k8s.io/release/v1.9.0/kubelet",
    ],
    [
      "https://storage.googleapis.com/cri-o/artifacts/c.tar.gz",
      "storage.googleapis.com/cri-o/artifacts/c.tar.gz",
    ],
    [`https://files.m.daocloud.io/${KUBELET}`, KUBELET],
    [`http://10.0.1.1:8080/kubean/${KUBELET}`, KUBELET],
    ["https://10.0.1.1:8080/kubean/github.com/a/b", "github.com/a/b"],
    [`./offline-files/${KUBELET}`, KUBELET],
    [`/${KUBELET}`, KUBELET],
    ["https://github.com/a%2Bb/c%20d", "github.com/a+b/c d"],
    ["https://github.com/100%", "github.com/100%"],
    ["http://h:8080/x", "h:8080/x"],
    ["https://github.com/", undefined],
  ];
  for (const [text, key] of cases) equal(mirrorKey(text, bases), key, text);
});

Deno.test("expected: lists of addresses, keys and digests, as people have them", async () => {
  deepEqual(
    told(
      await read(`\ufeff# kubean\r\n\r\nhttps://u:p@${KUBELET}?token=t\r\nget.helm.sh/h.tgz\r\n`),
    ),
    [[KUBELET, undefined], ["get.helm.sh/h.tgz", undefined]],
  );
  deepEqual(told(await read(`${A}  ./${KUBELET}\n${B} *offline-files/a/b c\n`)), [
    [KUBELET, A],
    ["a/b c", B],
  ]);
  deepEqual(told(await read(`SHA256 (a/x) = ${A.toUpperCase()}\n`)), [["a/x", A]]);
  deepEqual(told(await read(`${A}  kubelet\n`)), [["kubelet", A]]);
  const utf16 = new Uint8Array(
    new Uint16Array([..."\ufeffa.b/c\n"].map((c) => c.charCodeAt(0))).buffer,
  );
  deepEqual(told(await read([utf16])), [["a.b/c", undefined]]);
  const [first] = await read(`https://u:p@${KUBELET}?token=t`);
  ok(first !== undefined && !isUndecided(first));
  equal(first.url, `https://${KUBELET}`);
});

Deno.test("expected: a digest is taken from wherever it stands, and two are refused", async () => {
  deepEqual(told(await read([`https://${KUBELET}\n`, `${A}  ${KUBELET}\n`])), [[KUBELET, A]]);
  deepEqual(told(await read([`${A}  ${KUBELET}\n`, `https://${KUBELET}\n`])), [[KUBELET, A]]);
  await failsWith(
    "package-unreadable",
    new RegExp(`what "${KUBELET}" should be: .*:1 says ${A}, .*:1 says ${B}`),
    read([`${A}  ${KUBELET}\n`, `${B}  ${KUBELET}\n`]),
  );
});

Deno.test("expected: templates are filled in, and what nobody set is named", async () => {
  const template =
    "{{ dl_k8s_io_url }}/release/{{kube_version}}/bin/{{ ansible_system | lower }}/{{ image_arch }}/kubelet\n";
  deepEqual(told(await read(template, { kube_version: "v1.32.4", image_arch: "amd64" })), [
    [KUBELET, undefined],
  ]);
  deepEqual(told(await read(template, { kube_version: "v1.32.4" })).map(([, reason]) => reason), [
    "image_arch is not set",
  ]);
  const nested = { v: "{{ w }}", w: "1", files_repo: "http://10.0.1.1/kubean" };
  deepEqual(told(await read("{{ files_repo }}/a.b/{{ v }}/{{ x | default('y') }}\n", nested)), [
    ["a.b/1/y", undefined],
  ]);
  deepEqual(told(await read("{{ files_repo }}/a.b/c\n")), [["a.b/c", undefined]]);
  // kubean's published ConfigMap builds each address of the mirror from the one before it.
  const kubean = {
    minio_address: "http://10.0.1.1:9000",
    files_repo: "{{ minio_address }}/kubean",
    github_url: "{{ files_repo }}/github.com",
  };
  deepEqual(told(await read("{{ github_url }}/a/b\nhttp://10.0.1.1:9000/kubean/c.d/e\n", kubean)), [
    ["github.com/a/b", undefined],
    ["c.d/e", undefined],
  ]);
  const facts =
    "https://h/{{ ansible_facts['system'] | lower }}/{{ ansible_facts[\"architecture\"] }}\n";
  deepEqual(told(await read(facts, { image_arch: "arm64" })), [["h/linux/aarch64", undefined]]);
  for (const odd of ["{{ a['b'] }}/c", "{% if a %}/b/c{% endif %}", "{{ v }}/x"]) {
    const [found] = await read(`${odd}\n`, { v: "{{ v }}" });
    ok(found !== undefined && isUndecided(found), odd);
  }
});

Deno.test("expected: a list may come through a pipe, as of <(…) in a shell", async () => {
  const folder = await Deno.makeTempDir();
  const pipe = `${folder}/pipe`;
  try {
    equal((await new Deno.Command("mkfifo", { args: [pipe] }).output()).success, true);
    const [found] = await Promise.all([
      readExpectations([pipe], new Map()),
      Deno.writeTextFile(pipe, `https://${KUBELET}\n`),
    ]);
    deepEqual(told(found), [[KUBELET, undefined]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("expected: what is no list is refused, with the line that shows it", async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["", /it is empty/],
    ["# only this\n", /it is empty/],
    ["<!doctype html>\n<p>x", /line 1 is neither/],
    ['{"code":404}', /line 1 is neither/],
    [`https://${KUBELET}\n404: Not Found\n`, /line 2 is neither/],
    ["version https://git-lfs.github.com/spec/v1\n", /line 1 is neither/],
    ["\x1f\x8b\x08\0\0", /line 1 is neither/],
    ["hello\n", /no line of it names a path/],
    ["registry.k8s.io/pause:3.9\n", /line 1 names an image/],
    ["ftp://h/x\n", /line 1 is neither/],
    [`https://h/x ${A}\n`, /line 1 is neither/],
    ["https://h/x # the node agent\n", /line 1 is neither/],
    ["https://h/\n", /line 1 names no file/],
    ["kubelet_checksums:\n  amd64: [\n", /it is no YAML/],
  ];
  for (const [text, state] of cases) await failsWith("package-unreadable", state, read(text));
  const hostile = read("https://h/..%2f..%2fetc/x\n");
  const { hint } = await failsWith(
    "package-hostile",
    /tell from ".*" what .*: the name .* climbs out/,
    hostile,
  );
  match(hint ?? "", /^Take that line out/);
  await failsWith("package-missing", /no such file/, readExpectations(["/none"], new Map()));
  await failsWith(
    "package-unreadable",
    /a folder has that name/,
    readExpectations(["/"], new Map()),
  );
  await failsWith(
    "package-unreadable",
    /it has more than 33554432 bytes/,
    readExpectations(["/dev/zero"], new Map()),
  );
});

/** As v2.23 to v2.27 have it, and as v2.28 does. */
const OLD = `---
kubelet_checksums:
  arm:
    v1.29.1: 0
  arm64:
    v1.29.1: ${B}
  amd64:
    v1.29.1: ${A}
    v1.29.0: ${B}
calico_crds_archive_checksums:
  v3.26.4: ${A}
krew_archive_checksums:
  linux:
    amd64:
      v0.4.4: ${A}
crun_checksums:
  amd64:
    1.17: ${A}
gvisor_runsc_binary_checksums:
  amd64:
    20230807: ${A}
`;
const NEW = `---
kubelet_checksums:
  arm64:
    1.32.4: sha256:${B}
  amd64:
    1.32.4: sha256:${A}
    1.32.3: sha256:${B}
containerd_archive_checksums:
  amd64:
    2.0.5: sha256:${A}
    2.0.4: sha256:${B}
etcd_binary_checksums:
  amd64:
    3.5.21: sha256:${A}
calico_crds_checksums:
  no_arch:
    3.30.1: sha256:${A}
crio_archive_checksums:
  amd64:
    1.32.0: sha256:${A}
gvisor_runsc_binary_checksums:
  amd64:
    '20260323.0': sha512:${A}${A}
`;

Deno.test("expected: checksums.yml of v2.23 to v2.27", async () => {
  const set = { kube_version: "v1.29.1", calico_version: "v3.26.4", kubeadm_enabled: "true" };
  const folder = "dl.k8s.io/release/v1.29.1/bin/linux";
  deepEqual(told(await read(OLD, set)), [
    [`${folder}/amd64/kubelet`, A],
    [`${folder}/arm64/kubelet`, B],
    ["github.com/projectcalico/calico/archive/v3.26.4.tar.gz", A],
  ]);
  const more = {
    crun_version: "1.17",
    krew_version: "v0.4.4",
    gvisor_enabled: "true",
    gvisor_version: "20230807",
  };
  deepEqual(told(await read(OLD, { ...set, ...more, image_arch: "amd64" })).map(([key]) => key), [
    `${folder}/amd64/kubelet`,
    "github.com/projectcalico/calico/archive/v3.26.4.tar.gz",
    "github.com/containers/crun/releases/download/1.17/crun-1.17-linux-amd64",
    "storage.googleapis.com/gvisor/releases/release/20230807/x86_64/runsc",
    "github.com/kubernetes-sigs/krew/releases/download/v0.4.4/krew-linux_amd64.tar.gz",
  ]);
});

Deno.test("expected: checksums.yml of v2.28 and later", async () => {
  const found = told(
    await read(NEW, { kube_version: "1.32.4", etcd_version: "v3.5.21", image_arch: "amd64" }),
  );
  deepEqual(found, [
    [KUBELET, A],
    ["github.com/etcd-io/etcd/releases/download/v3.5.21/etcd-v3.5.21-linux-amd64.tar.gz", A],
    [
      "github.com/containerd/containerd/releases/download/v2.0.5/containerd-2.0.5-linux-amd64.tar.gz",
      A,
    ],
    ["github.com/projectcalico/calico/raw/v3.30.1/manifests/crds.yaml", A],
  ]);
  const crio = {
    kube_version: "1.32.4",
    container_manager: "crio",
    crio_version: "1.32.0",
    image_arch: "amd64",
  };
  match(JSON.stringify(told(await read(NEW, crio))), /cri-o\.amd64\.v1\.32\.0\.tar\.gz/);
});

Deno.test("expected: what checksums.yml cannot decide is never taken for decided", async () => {
  const none = told(await read(NEW, { image_arch: "amd64" })).map(([, reason]) => reason);
  ok(none.includes("kube_version is not set") && none.includes("etcd_version is not set"));
  const [other] = told(await read(OLD, { kube_version: "v1.29.9", image_arch: "amd64" }));
  match(other?.[1] ?? "", /knows no kubelet v1\.29\.9 for amd64/);
});

Deno.test("expected: files lie where each kubespray release asks for them", async () => {
  const table = (family: string, version: string, digest: string, arch = "amd64") =>
    `${family}_checksums:\n  ${arch}:\n    ${version}: ${digest}\n`;
  const keyOf = async (text: string, set: Readonly<Record<string, string>>) =>
    (await read(text, { image_arch: "amd64", ...set })).map(({ key }) => key);
  const kata = (version: string) => table("kata_containers_binary", version, `sha256:${A}`);
  const on = {
    kata_containers_enabled: "true",
    youki_enabled: "true",
    gateway_api_enabled: "true",
  };
  const folder = "github.com/kata-containers/kata-containers/releases/download";
  deepEqual(await keyOf(kata("3.7.0"), on), [ // v2.28 to v2.31
    `${folder}/3.7.0/kata-static-3.7.0-amd64.tar.xz`,
  ]);
  deepEqual(await keyOf(kata("3.32.0"), on), [ // since
    `${folder}/3.32.0/kata-static-3.32.0-amd64.tar.zst`,
  ]);
  const youki = (version: string) =>
    keyOf(table("youki", version, A), { ...on, youki_version: version });
  const youkis = "github.com/containers/youki/releases/download";
  deepEqual(await youki("0.1.0"), [`${youkis}/v0.1.0/youki_0_1_0_linux.tar.gz`]); // v2.26
  deepEqual(await youki("0.4.1"), [`${youkis}/v0.4.1/youki-0.4.1-x86_64-musl.tar.gz`]); // v2.27
  const gateway = table("gateway_api_standard_crds", "1.5.1", `sha256:${A}`, "no_arch") +
    table("gateway_api_experimental_crds", "1.5.1", `sha256:${B}`, "no_arch");
  const crds = "github.com/kubernetes-sigs/gateway-api/releases/download/v1.5.1";
  deepEqual(await keyOf(gateway, on), [`${crds}/standard-install.yaml`]);
  deepEqual(
    await keyOf(gateway, { gateway_api_channel: "experimental", gateway_api_version: "1.5.1" }),
    [
      `${crds}/experimental-install.yaml`,
    ],
  );
  const containerd = table("containerd_archive", "2.2.3", `sha256:${A}`) +
    table("containerd_static_archive", "2.2.3", `sha256:${B}`);
  const binaries = "github.com/containerd/containerd/releases/download/v2.2.3";
  deepEqual(await keyOf(containerd, { containerd_version: "2.2.3" }), [
    `${binaries}/containerd-2.2.3-linux-amd64.tar.gz`,
  ]);
  deepEqual(await keyOf(containerd, { containerd_static_binary: "true" }), [
    `${binaries}/containerd-static-2.2.3-linux-amd64.tar.gz`,
  ]);
  const before = table("containerd_archive", "1.7.24", A); // v2.27 knows no static one
  deepEqual(
    await keyOf(before, { containerd_version: "1.7.24", containerd_static_binary: "true" }),
    ["github.com/containerd/containerd/releases/download/v1.7.24/containerd-1.7.24-linux-amd64.tar.gz"],
  );
  const cilium = table("ciliumcli_binary", "0.18.9", `sha256:${A}`);
  await failsWith("package-unreadable", /digests of nothing such/, keyOf(cilium, {}));
  deepEqual(await keyOf(cilium, { cilium_deploy_additionally: "true" }), [
    "github.com/cilium/cilium-cli/releases/download/v0.18.9/cilium-linux-amd64.tar.gz",
  ]);
});

Deno.test("expected: a text that only counts where a variable is true", async () => {
  const line = "https://h.io/c-{{ 'static-' if containerd_static_binary }}{{ v }}.tgz\n";
  const keys = async (set: Readonly<Record<string, string>>) => told(await read(line, set));
  deepEqual(await keys({ v: "1" }), [["h.io/c-1.tgz", undefined]]);
  deepEqual(await keys({ v: "1", containerd_static_binary: "True" }), [
    ["h.io/c-static-1.tgz", undefined],
  ]);
  const [other] = await read("https://h.io/{{ 'a' if nobody_knows }}\n", {});
  ok(other !== undefined && isUndecided(other) && other.reason === "nobody_knows is not set");
});

Deno.test("expected: checksums.yml with an inventory's own addresses", async () => {
  const set = { kube_version: "1.32.4", image_arch: "amd64", files_repo: "http://10.0.1.1/kubean" };
  const read1 = async (template: string) => {
    const [kubelet] = await read(NEW, { ...set, kubelet_download_url: template });
    ok(kubelet !== undefined);
    return kubelet;
  };
  const own = await read1("{{ files_repo }}/k8s/v{{ kube_version }}/{{ image_arch }}/kubelet");
  deepEqual(told([own]), [["k8s/v1.32.4/amd64/kubelet", A]]);
  ok(!isUndecided(own) && own.url === "http://10.0.1.1/kubean/k8s/v1.32.4/amd64/kubelet");
  deepEqual(told([await read1(`http://10.0.1.1/kubean/${KUBELET}`)]), [[KUBELET, A]]);
  const elsewhere = await read1("https://u:p@mirror.example/{{ kube_version }}/kubelet?t=1");
  deepEqual(told([elsewhere]), [["mirror.example/1.32.4/kubelet", A]]);
  ok(!JSON.stringify(elsewhere).includes("u:p"));
  const unknown = await read1("{{ my_mirror }}/kubelet");
  ok(isUndecided(unknown) && unknown.reason === "my_mirror is not set");
});

Deno.test("expected: an architecture is never taken for nothing to ask for", async () => {
  const of = (image_arch: string) => read(NEW, { kube_version: "1.32.4", image_arch });
  const [kubelet] = await of("x86_64");
  deepEqual(told(kubelet === undefined ? [] : [kubelet]), [[KUBELET, A]]);
  const keys = async (arch: string) => (await of(arch)).map(({ key }) => key);
  deepEqual(await keys("aarch64"), await keys("arm64"));
  const [unknown] = await of("riscv64");
  ok(unknown !== undefined && isUndecided(unknown));
  match(unknown.reason, /knows no kubelet 1\.32\.4 for riscv64$/);
  deepEqual(told(await of("")), told(await read(NEW, { kube_version: "1.32.4" })));
  const none = read("tool_checksums:\n  amd64:\n    1.0: 0\n");
  await failsWith("package-unreadable", /it has digests of nothing such/, none);
});
