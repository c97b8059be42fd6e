import { deepEqual, equal, match } from "node:assert/strict";
import { isHostName } from "../../../core/packages/names/entry_key.ts";
import { failsWith } from "../../support/fails_with.ts";
import { memoryPackage } from "../../support/packages.ts";
import { tarArchive, type TarPart } from "../../support/tar_builder.ts";
import { readPackage, type Seen } from "./reading.ts";

/** An archive of these names: folders end in a slash, a file holds its own name. */
function archiveOf(names: readonly string[]): Uint8Array {
  const part = (name: string): TarPart =>
    name.endsWith("/")
      ? { name, typeflag: "5" }
      : { name, body: new TextEncoder().encode(name.replace(/^(\.\/)+/, "")) };
  return tarArchive(...names.map(part));
}

/** What the names become, from a file; from a pipe it must be the same or refused. */
async function keysOf(
  names: readonly string[],
  inPipe: "same" | "refused" = "same",
): Promise<Seen> {
  const archive = archiveOf(names);
  const one = memoryPackage(archive);
  const seen = await readPackage(one);
  const again = await readPackage(one);
  deepEqual([again.files, again.restarts], [seen.files, 0], "a second reading gives the same");
  const piped = () => readPackage(memoryPackage(archive, { replayable: false }));
  if (inPipe === "same") deepEqual(await piped(), { ...seen, restarts: 0 });
  else await failsWith("package-unsupported", /cannot be read twice/, piped);
  return seen;
}

const HOSTS = [
  "dl.k8s.io/v1/kubelet",
  "github.com/a/b/runc",
  "files.m.daocloud.io/get.helm.sh/helm",
];
const HOST_KEYS = ["dl.k8s.io/v1/kubelet", "get.helm.sh/helm", "github.com/a/b/runc"];

const WHOLE: Readonly<Record<string, readonly string[]>> = {
  "the vendor's form": HOSTS.map((name) => `offline-files/${name}`),
  "with its folders": ["offline-files/", ...HOSTS.map((name) => `offline-files/${name}`)],
  "behind ./": HOSTS.map((name) => `./offline-files/${name}`),
  "a folder of tar c .": [
    "./",
    "./offline-files/",
    ...HOSTS.map((name) => `./offline-files/${name}`),
  ],
  "without a top folder": HOSTS,
  "without one, with folders": HOSTS.flatMap((name) => [`${name.split("/")[0]}/`, name]),
  "without one, behind ./": HOSTS.map((name) => `./${name}`),
  "a top folder named like a host": HOSTS.map((name) => `mirror.example.com/${name}`),
  "a top folder with a dot in its name": HOSTS.map((name) => `offline-files-v1.32.4/${name}`),
};

for (const [what, names] of Object.entries(WHOLE)) {
  Deno.test(`auto: ${what}`, async () => {
    const { files, warnings } = await keysOf(names);
    deepEqual([Object.keys(files).sort(), warnings], [HOST_KEYS, []]);
  });
}

Deno.test("auto: one host without a folder above it is kept", async () => {
  for (
    const names of [["dl.k8s.io/v1/kubelet"], ["./dl.k8s.io/v1/kubelet"], ["dl.k8s.io/kubelet"]]
  ) {
    const { files, warnings } = await keysOf(names);
    deepEqual(Object.keys(files), [names[0]?.replace("./", "")]);
    deepEqual(warnings, []);
  }
});

Deno.test("auto: what is no host loses one level, and that is told", async () => {
  const { files, warnings } = await keysOf(["tools/a", "dl.k8s.io/k", "more/deep/b", "README"]);
  deepEqual(Object.keys(files), ["a", "dl.k8s.io/k", "deep/b"]);
  deepEqual(warnings.map(({ code }) => code), ["level-dropped", "stripped-away"]);
  match(warnings[0]?.message ?? "", /"tools\/" and 1 more, such as of "tools\/a"/);
  match(warnings[0]?.hint ?? "", /--strip-components 0/);
  match(warnings[1]?.message ?? "", /1 file .* such as "README"/);
});

Deno.test("auto: behind ./ it is that level which is dropped, as with tar", async () => {
  const { files, warnings } = await keysOf(["./", "./bin/a", "./lib/b", "./README"]);
  deepEqual([Object.keys(files), warnings], [["bin/a", "lib/b", "README"], []]);
});

Deno.test("auto: what the last name refutes is read again, or refused of a pipe", async () => {
  const late = await keysOf(["./bin/a", "./bin/c", "./lib/b"], "refused");
  deepEqual([Object.keys(late.files), late.restarts], [["bin/a", "bin/c", "lib/b"], 1]);
  const common = await keysOf(["./", "./tools/bin/a", "./tools/lib/b"], "refused");
  deepEqual([Object.keys(common.files), common.restarts], [["bin/a", "lib/b"], 1]);
  const host = await keysOf(["a.example.com/dl.k8s.io/x", "a.example.com/y"], "refused");
  deepEqual(Object.keys(host.files), ["a.example.com/dl.k8s.io/x", "a.example.com/y"]);
  const error = await failsWith(
    "package-unsupported",
    /cannot be read twice/,
    () => readPackage(memoryPackage(archiveOf(["./bin/a", "./lib/b"]), { replayable: false })),
  );
  match(error.hint ?? "", /--strip-components 0/);
});

Deno.test("auto: a number stays a number", async () => {
  const one = memoryPackage(archiveOf(["dl.k8s.io/v1/kubelet", "./top/x"]));
  deepEqual(Object.keys((await readPackage(one, { stripComponents: 1 })).files), [
    "v1/kubelet",
    "top/x",
  ]);
  deepEqual(Object.keys((await readPackage(one, { stripComponents: 0 })).files), [
    "dl.k8s.io/v1/kubelet",
    "top/x",
  ]);
});

Deno.test("auto: hosts that are left below a folder are told, with the levels to drop", async () => {
  for (
    const [above, folders, levels] of [
      ["x/offline-files/", "offline-files/", 2],
      ["./srv/mirror/offline-files/", "mirror/offline-files/", 4],
    ] as const
  ) {
    const archive = memoryPackage(archiveOf(HOSTS.map((name) => above + name)));
    const { warnings: [warning, ...others] } = await readPackage(archive);
    deepEqual([warning?.code, others], ["hosts-below", []]);
    match(warning?.message ?? "", new RegExp(`below "${folders}"`));
    match(warning?.hint ?? "", new RegExp(`--strip-components ${levels},`));
    const { files, warnings } = await readPackage(archive, { stripComponents: levels });
    deepEqual([Object.keys(files).sort(), warnings], [HOST_KEYS, []]);
  }
  // System packages of Ubuntu lie so, beside their index.
  const ubuntu = ["jammy/Packages.gz", "jammy/archive.ubuntu.com/pool/a.deb"];
  deepEqual((await keysOf(ubuntu.map((name) => `resources/ubuntu/${name}`))).warnings, []);
});

Deno.test("auto: nothing but files without a folder is refused with the way out", async () => {
  const read = () => readPackage(memoryPackage(archiveOf(["kubelet", "kubectl"])));
  const error = await failsWith("package-unsupported", /none of its 2 files is left/, read);
  match(error.hint ?? "", /--strip-components 0/);
});

Deno.test("two members of one key are refused by both names, unless it is one name", async () => {
  const mirrored = ["t/files.m.daocloud.io/dl.k8s.io/k", "t/dl.k8s.io/k"];
  for (const names of [mirrored, [...mirrored].reverse()]) {
    const read = () => readPackage(memoryPackage(archiveOf(names)));
    await failsWith(
      "package-unsupported",
      /"t\/(?:files\.m\.daocloud\.io\/)?dl\.k8s\.io\/k" and "t\/.*k" in it would both become/,
      read,
    );
  }
  const read = (strip: number) =>
    readPackage(memoryPackage(archiveOf(["dl.k8s.io/v1/s", "github.com/v1/s"])), {
      stripComponents: strip,
    });
  await failsWith("package-unsupported", /would both become "v1\/s"/, () => read(1));
  equal(Object.keys((await read(0)).files).length, 2);
  const same = tarArchive(
    { name: "t/dl.k8s.io/k", body: new Uint8Array([0x31]) },
    { name: "./t/dl.k8s.io/k", body: new Uint8Array([0x32]) },
  );
  deepEqual((await readPackage(memoryPackage(same))).files, { "dl.k8s.io/k": "2" });
});

Deno.test("two members of one key: one of them a link, or below one", async () => {
  const file = (name: string) => ({ name, body: new Uint8Array(1) });
  const link = { name: "t/files.m.daocloud.io/dl.k8s.io/k", typeflag: "2", linkName: "x" };
  const x = file("t/files.m.daocloud.io/dl.k8s.io/x");
  const one = memoryPackage(tarArchive(file("t/dl.k8s.io/k"), link, x));
  await failsWith(
    "package-unsupported",
    /would both become "dl.k8s.io\/k"/,
    () => readPackage(one),
  );
  const folder = { name: "t/dl.k8s.io", typeflag: "2", linkName: "real" };
  const two = memoryPackage(
    tarArchive(file("t/real/k"), file("t/files.m.daocloud.io/dl.k8s.io/k"), folder),
  );
  await failsWith(
    "package-unsupported",
    /would both become "dl.k8s.io\/k"/,
    () => readPackage(two),
  );
});

Deno.test("what a host is called", () => {
  for (
    const host of [
      "dl.k8s.io",
      "github.com",
      "10.0.0.1",
      "10.0.0.1:8080",
      "reg.lan:5000",
      "localhost",
    ]
  ) equal(isHostName(host), true, host);
  for (
    const other of [
      "offline-files",
      "v1.32.4",
      "x.tar",
      "a..io",
      ".git",
      "..",
      "app.d",
      "kubean-v0.9.io/",
    ]
  ) equal(isHostName(other), false, other);
});
