import { deepEqual, equal, match } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { httpFetch } from "../../../core/http/client.ts";
import { packageKeys } from "../../../core/packages/contents.ts";
import { findPackages } from "../../../core/packages/find.ts";
import { noise } from "../../support/chunks.ts";
import { failsWith } from "../../support/fails_with.ts";
import { isoImage } from "../../support/iso_builder.ts";
import { tarGz } from "../../support/packages.ts";
import { tarArchive } from "../../support/tar_builder.ts";
import { sha256 } from "../../support/tar_model.ts";

const FILES = tarGz({ "dl.k8s.io/kubelet": "kubelet" });
const TOOLS = tarGz({ "tool": "tool" });

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function write(folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, bytes);
  }
}

/** The keys that a location gives, and what had to be forgotten. */
async function keysOf(location: string, input?: Uint8Array): Promise<string[]> {
  const stdin = () => ReadableStream.from([input ?? new Uint8Array(0)]);
  let keys: string[] = [];
  for (const one of await findPackages([location], { stdin })) {
    const before = keys;
    for await (const item of one.read().items) {
      if (item.kind === "restart") keys = before;
      else keys = [...keys, item.key];
    }
  }
  return keys.sort();
}

const BOTH = ["dl.k8s.io/kubelet", "tool"];

const layouts: readonly [what: string, files: Record<string, Uint8Array>, keys: string[]][] = [
  ["DCE 5.0", {
    "offline/kubespray-binary/offline-files.tar.gz": FILES,
    "offline/component-tools.tar.gz": TOOLS,
    "offline/images/x.tar": new Uint8Array(9),
  }, BOTH],
  ["the folder offline/ of DCE 5.0", {
    "kubespray-binary/offline-files.tar.gz": FILES,
    "component-tools.tar.gz": TOOLS,
  }, BOTH],
  ["kubean", { "files/offline-files.tar.gz": FILES }, ["dl.k8s.io/kubelet"]],
  ["side by side", { "offline-files.tar.gz": FILES, "component-tools.tar.gz": TOOLS }, BOTH],
  ["one of the two", { "component-tools.tar.gz": TOOLS }, ["tool"]],
  ["operating system packages of two architectures", {
    "os-pkgs/os-pkgs-amd64.tar.gz": FILES,
    "os-pkgs/os-pkgs-arm64.tar.gz": TOOLS,
    "os-pkgs/os-pkgs.sha256sum.txt": encode(`${sha256(FILES)}  os-pkgs/os-pkgs-amd64.tar.gz\n`),
    "os-pkgs/import_ospkgs.sh": new Uint8Array(9),
  }, BOTH],
  ["a folder os-pkgs itself", { "os-pkgs-amd64.tar.gz": FILES }, ["dl.k8s.io/kubelet"]],
  ["any other folder", { "a/b": TOOLS, "c": FILES }, ["a/b", "c"]],
];

for (const [what, files, keys] of layouts) {
  Deno.test(`packages in a folder: ${what}`, async () => {
    await inFolder(async (folder) => {
      await write(folder, files);
      deepEqual(await keysOf(folder), keys);
      deepEqual(await keysOf(`${folder}/`), keys);
    });
  });
}

const image = { name: "dce5/offline/images/big", body: noise(700_000) };
const inner = [
  { name: "dce5/offline/kubespray-binary/offline-files.tar.gz", body: FILES },
  { name: "dce5/offline/component-tools.tar.gz", body: TOOLS },
];
const outers: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "in a folder of its own": tarArchive(image, ...inner),
  "at the top": tarArchive(
    { name: "./offline/", typeflag: "5" },
    { name: "./offline/images/big", body: noise(700_000) },
    { name: "./offline/kubespray-binary/offline-files.tar.gz", body: FILES },
    { name: "./offline/component-tools.tar.gz", body: TOOLS },
  ),
  "of operating system packages": tarArchive(
    { name: "os-pkgs/import_ospkgs.sh", body: noise(9) },
    { name: "os-pkgs/os-pkgs-amd64.tar.gz", body: FILES },
    { name: "os-pkgs/os-pkgs-arm64.tar.gz", body: TOOLS },
  ),
};

for (const [what, tar] of Object.entries(outers)) {
  Deno.test(`the whole offline package, ${what}: as a file, compressed, and through a pipe`, async () => {
    await inFolder(async (folder) => {
      const gz = new Uint8Array(gzipSync(tar));
      await write(folder, { "whole.tar": tar, "whole.tar.gz": gz });
      deepEqual(await keysOf(`${folder}/whole.tar`), BOTH);
      deepEqual(await keysOf(`${folder}/whole.tar.gz`), BOTH);
      deepEqual(await keysOf("-", tar), BOTH);
      deepEqual(await keysOf("-", gz), BOTH);
    });
  });
}

Deno.test("a package inside that is damaged is named", async () => {
  const damaged = FILES.slice();
  damaged[FILES.length - 6] = (damaged[FILES.length - 6] ?? 0) ^ 1;
  const tar = tarArchive({ name: "offline/kubespray-binary/offline-files.tar.gz", body: damaged });
  await failsWith(
    "package-damaged",
    /^Cannot read package "standard input": "offline\/.*offline-files\.tar\.gz" in it: the gzip data fails its checksum/,
    keysOf("-", tar),
  );
});

Deno.test("a folder offline/ of hosts is a tree, from a file and from a pipe", async () => {
  const tar = tarArchive(
    { name: "offline/", typeflag: "5" },
    { name: "offline/dl.k8s.io/", typeflag: "5" },
    { name: "offline/dl.k8s.io/kubelet", body: noise(5) },
  );
  await inFolder(async (folder) => {
    await write(folder, { "x.tar": tar });
    deepEqual(await keysOf(`${folder}/x.tar`), ["dl.k8s.io/kubelet"]);
  });
  deepEqual(await keysOf("-", tar), ["dl.k8s.io/kubelet"]);
});

Deno.test("a folder offline/ of anything else is a tree, from a file; from a pipe it is refused", async () => {
  const tar = tarArchive({ name: "offline/charts/a.tgz", body: noise(5) });
  await inFolder(async (folder) => {
    await write(folder, { "x.tar": tar });
    deepEqual(await keysOf(`${folder}/x.tar`), ["charts/a.tgz"]);
  });
  await failsWith("package-unsupported", /none of the packages/, keysOf("-", tar));
});

Deno.test("a mirrored file that is named like a package is a file", async () => {
  const tar = tarGz({
    "files/offline-files.tar.gz": FILES,
    "host/files/offline-files.tar.gz": FILES,
  });
  deepEqual(await keysOf("-", tar), [
    "files/offline-files.tar.gz",
    "host/files/offline-files.tar.gz",
  ]);
});

Deno.test("a checksum file beside a package", async (t) => {
  const digest = sha256(FILES);
  const expected = async (name: string, text: string) => {
    let found: string | undefined;
    await inFolder(async (folder) => {
      await write(folder, { "p.tar.gz": FILES, [name]: new TextEncoder().encode(text) });
      const [one] = await findPackages([`${folder}/p.tar.gz`], {
        stdin: () => ReadableStream.from([]),
      });
      found = one?.expected?.sha256;
    });
    return found;
  };
  await t.step("is what sha256sum writes, or a digest alone", async () => {
    const other = "f".repeat(64);
    for (
      const text of [
        `${digest}  p.tar.gz\n`,
        `${digest} *p.tar.gz\r\n`,
        `${digest}\n`,
        digest.toUpperCase(),
        `${digest}  ./build/p.tar.gz\n`,
        `${other}  other.tar.gz\n${digest}  p.tar.gz\n`,
        `  ${digest}  p.tar.gz\n`,
        `sha256: ${digest}\n`,
        `{"file":"p.tar.gz","sha256":"${digest}"}`,
        `p.tar.gz: ${digest}\n`,
        // certutil since Windows 10, and before
        `SHA256 hash of p.tar.gz:\r\n${digest}\r\nCertUtil: -hashfile command completed.\r\n`,
        `SHA256 hash of file p.tar.gz:\r\n${digest.replace(/..(?!$)/g, "$& ")}\r\nCertUtil: done`,
      ]
    ) equal(await expected("p.tar.gz.sha256", text), digest, text);
    equal(await expected("p.tar.gz.sha256sum.txt", `${digest}  p.tar.gz\n`), digest);
  });
  await t.step("is not passed over when it says nothing of the package", async () => {
    for (
      const text of ["", "hello", `${digest}  a\n${digest}  b\n`, digest.slice(1), digest + digest]
    ) {
      await failsWith(
        "package-unreadable",
        /holds no SHA-256/,
        () => expected("p.tar.gz.sha256", text),
      );
    }
  });
  await t.step("of a whole folder counts for what it names", async () => {
    for (const name of ["SHA256SUMS", "os-pkgs.sha256sum.txt", "sha256sum.txt", "CHECKSUM"]) {
      equal(await expected(name, `${digest}  a/p.tar.gz\n`), digest);
      equal(await expected(name, `${digest}  other.tar.gz\n`), undefined);
    }
    equal(await expected("CHECKSUM", `# p: 9 bytes\nSHA256 (p.tar.gz) = ${digest}\n`), digest);
  });
  await t.step("of the whole offline package is checked before any of it is read", async () => {
    await inFolder(async (folder) => {
      const [tar = new Uint8Array(0)] = Object.values(outers);
      const wrong = new TextEncoder().encode("0".repeat(64));
      await write(folder, { "whole.tar": tar, "whole.tar.sha256": wrong });
      await failsWith("package-damaged", /its SHA-256 is/, keysOf(`${folder}/whole.tar`));
    });
  });
});

Deno.test("a folder with links: those inside are followed, others refused", async () => {
  await inFolder(async (folder) => {
    await write(folder, { "t/v1/a": FILES, "outside": TOOLS });
    await Deno.symlink("v1", `${folder}/t/latest`);
    await Deno.symlink("v1/a", `${folder}/t/a`);
    deepEqual(await keysOf(`${folder}/t`), ["a", "latest/a", "v1/a"]);
    await Deno.symlink("../outside", `${folder}/t/out`);
    await failsWith("package-hostile", /"out" .*leads out/, keysOf(`${folder}/t`));
    await Deno.remove(`${folder}/t/out`);
    await Deno.symlink("..", `${folder}/t/v1/up`);
    await failsWith("package-hostile", /a folder above it/, keysOf(`${folder}/t`));
    await Deno.remove(`${folder}/t/v1/up`);
    await Deno.symlink("gone", `${folder}/t/lost`);
    await failsWith("package-hostile", /"lost" .*a link to nothing/, keysOf(`${folder}/t`));
  });
});

Deno.test("a folder with a name that is not UTF-8: refused by that, and left out where told", async () => {
  await inFolder(async (folder) => {
    await write(folder, { "t/a": FILES });
    const made = await new Deno.Command("sh", {
      args: ["-c", `echo x >"$(printf '%s/t/caf\\351' "$0")"`, folder],
    }).output();
    equal(made.success, true);
    await failsWith("package-hostile", /it is not valid UTF-8/, keysOf(`${folder}/t`));
    const stdin = () => ReadableStream.from([]);
    const wanted = (key: string) => !key.startsWith("caf");
    const found = await findPackages([`${folder}/t`], { stdin });
    deepEqual([...await packageKeys(found, { wanted })], ["a"]);
  });
});

Deno.test("a folder that was imported into can be imported from", async () => {
  await inFolder(async (folder) => {
    await write(folder, { "a": FILES, ".binimport/manifest.json": TOOLS });
    deepEqual(await keysOf(folder), ["a"]);
  });
});

Deno.test("a folder that holds the target: without it, by whatever path it is met", async () => {
  await inFolder(async (folder) => {
    await write(folder, { "src/offline-files/dl.k8s.io/a": FILES, "src/www/old/page": TOOLS });
    await Deno.symlink("../www", `${folder}/src/offline-files/again`);
    await Deno.symlink("src/www", `${folder}/other`);
    const [one] = await findPackages([`${folder}/src`], { stdin: () => ReadableStream.from([]) });
    const told: string[] = [];
    const keys = async (...targets: string[]) => {
      const onWarning = ({ code }: { readonly code: string }) => told.push(code);
      return [...await packageKeys(one === undefined ? [] : [one], { targets, onWarning })];
    };
    deepEqual(await keys(`${folder}/none`), [
      "offline-files/again/old/page",
      "offline-files/dl.k8s.io/a",
      "www/old/page",
    ]);
    deepEqual(await keys(`${folder}/other`), ["offline-files/dl.k8s.io/a"]);
    deepEqual(told.filter((code) => code === "target-inside").length, 2);
    await Deno.remove(`${folder}/src/offline-files/again`);
    deepEqual(await keys(`${folder}/src/www`), ["dl.k8s.io/a"]); // beside it: one folder of hosts
  });
});

Deno.test("a file of a folder that changes its length while it is read", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/kubelet`;
    const changes = {
      longer: () => Deno.writeTextFile(path, "more", { append: true }),
      shorter: () => Deno.truncate(path, 3_000_000),
    };
    for (const [how, change] of Object.entries(changes)) {
      await write(folder, { "kubelet": noise(4_000_000) });
      const reading = async () => {
        const [one] = await findPackages([folder], { stdin: () => ReadableStream.from([]) });
        for await (const item of one?.read().items ?? []) {
          if (item.kind !== "file") continue;
          await change(); // its length is known by now, and none of its bytes is read
          await Array.fromAsync(item.chunks(), (chunk) => chunk.length);
        }
      };
      await failsWith("package-damaged", new RegExp(`it became ${how} while`), reading);
    }
  });
});

Deno.test("what is missing, empty or no archive", async () => {
  await inFolder(async (folder) => {
    await write(folder, {
      "empty.tar.gz": new Uint8Array(0),
      "error.tar.gz": new TextEncoder().encode("<!DOCTYPE html><title>404</title>"),
      "flat.tar.gz": new Uint8Array(gzipSync(tarArchive({ name: "a", body: noise(3) }))),
      "none.tar.gz": new Uint8Array(gzipSync(tarArchive())),
    });
    await Deno.mkdir(`${folder}/nothing`);
    const fails = (name: string, code: Parameters<typeof failsWith>[0], message: RegExp) =>
      failsWith(code, message, () => keysOf(`${folder}/${name}`));
    await fails("absent.tar.gz", "package-missing", /no such file/);
    const address = await failsWith("package-missing", /no such file/, keysOf("s3://b/x.tar.gz"));
    match(address.hint ?? "", /only http:\/\/ and https:\/\//);
    await fails("nothing", "package-missing", /holds no files/);
    await fails("empty.tar.gz", "package-damaged", /empty/);
    await fails("none.tar.gz", "package-damaged", /holds no files/);
    const flat = await fails("flat.tar.gz", "package-unsupported", /none of its 1 files is left/);
    match(flat.hint ?? "", /--strip-components 0/);
    await fails("error.tar.gz", "package-unsupported", /HTML/i);
    await write(folder, { "p.tgz.aa": FILES.subarray(0, 90), "p.tgz.part2": FILES.subarray(90) });
    const first = await fails("p.tgz.aa", "package-damaged", /ends early/);
    const second = await fails("p.tgz.part2", "package-unsupported", /neither tar/);
    for (const { hint } of [first, second]) match(hint ?? "", /cat PART… \|/);
  });
});

Deno.test("below a folder: keys, globs and copies", async () => {
  const links = tarGz({ "a/b": "1" }, { name: "offline-files/c", typeflag: "2", linkName: "a/b" });
  const stdin = () => ReadableStream.from([links]);
  const [one] = await findPackages(["-"], { stdin, into: "arm64/x" });
  const keys: string[] = [];
  const wanted = (key: string) => key.startsWith("arm64/x/");
  for await (const item of one?.read({ wanted }).items ?? []) {
    if (item.kind === "file") keys.push(item.key);
    if (item.kind === "copy") keys.push(`${item.key} = ${item.of}`);
  }
  deepEqual(keys, ["arm64/x/a/b", "arm64/x/c = arm64/x/a/b"]);
});

Deno.test("an ISO image from a stream is read, and inside compression", async () => {
  const image = isoImage([{ name: "A;1" }]);
  deepEqual(await keysOf("-", image), ["a"]);
  deepEqual(await keysOf("-", gzipSync(image)), ["a"]);
  deepEqual(await keysOf("-", gzipSync(gzipSync(image))), ["a"]);
  await failsWith("package-damaged", /ends before/, keysOf("-", image.slice(0, 34_000)));
});

Deno.test("a package at an address: streamed, and checked to its end", async () => {
  const files: Record<string, () => Response> = {
    "/files.tar.gz": () => new Response(FILES),
    "/short.tar.gz": () => new Response(FILES.slice(0, -4)),
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => files[new URL(request.url).pathname]?.() ?? new Response(null, { status: 404 }),
  );
  const base = `http://127.0.0.1:${server.addr.port}`;
  const read = async (path: string) => {
    using fetch = httpFetch();
    const stdin = () => ReadableStream.from([]);
    const [one] = await findPackages([base + path], { stdin, fetch });
    const keys: string[] = [];
    for await (const item of one?.read().items ?? []) {
      if (item.kind === "file") keys.push(item.key);
    }
    return { keys, name: one?.name, replayable: one?.replayable };
  };
  deepEqual(await read("/files.tar.gz?token=secret"), {
    keys: ["dl.k8s.io/kubelet"],
    name: `${base}/files.tar.gz`,
    replayable: false,
  });
  await failsWith("package-damaged", /ends early/, () => read("/short.tar.gz"));
  await failsWith("package-unreadable", /the server answers 404/, () => read("/absent.tar.gz"));
  await server.shutdown();
  const gone = await failsWith("package-unreadable", /Cannot fetch/, () => read("/x?token=secret"));
  equal(gone.message.includes("secret"), false);
});

Deno.test("checksums inside a release are checked in every form of it", async (t) => {
  const wrong = sha256(TOOLS);
  const script = { name: "os-pkgs/import_ospkgs.sh", body: encode("#!/bin/sh") };
  const inner = { name: "os-pkgs/os-pkgs-amd64.tar.gz", body: FILES };
  const sums = (digest: string, name = "os-pkgs.sha256sum.txt") => ({
    name: `os-pkgs/${name}`,
    body: encode(`${digest}  os-pkgs/os-pkgs-amd64.tar.gz\n`),
  });
  const forms: Readonly<Record<string, (digest: string) => Uint8Array>> = {
    "a tar, before the package": (digest) => tarArchive(script, sums(digest), inner),
    "a tar, behind it": (digest) => tarArchive(inner, sums(digest)),
    "a compressed tar, before it": (digest) => gzipSync(tarArchive(script, sums(digest), inner)),
    "a compressed tar, behind it": (digest) => gzipSync(tarArchive(inner, sums(digest))),
    "a file of its own": (digest) =>
      gzipSync(tarArchive(inner, sums(digest, "os-pkgs-amd64.tar.gz.sha256"))),
  };
  for (const [what, form] of Object.entries(forms)) {
    await t.step(what, () =>
      inFolder(async (folder) => {
        await write(folder, { "right.tar": form(sha256(FILES)), "wrong.tar": form(wrong) });
        equal((await keysOf(`${folder}/right.tar`)).length, 1);
        await failsWith("package-damaged", /its SHA-256 is/, async () => {
          const stdin = () => ReadableStream.from([]);
          const found = await findPackages([`${folder}/wrong.tar`], { stdin });
          await packageKeys(found, {});
        });
      }));
  }
});
