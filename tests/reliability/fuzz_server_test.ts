/** Readers of what strangers wrote, fed at random for a bounded time. */
import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { parseAllDocuments } from "yaml";
import { valuesOf } from "../../cluster_config/binaries.ts";
import { parseSource } from "../../cluster_config/document.ts";
import { setValues } from "../../cluster_config/edit/mod.ts";
import { readAccessLogs } from "../../cli/verify/access_log.ts";
import { readExpectations } from "../../core/expected/mod.ts";
import { decompress } from "../../core/packages/compression/mod.ts";
import { decodeText, digestLines, findPackages, packageKeys } from "../../core/packages/mod.ts";
import { locateIn } from "../../locate/mod.ts";
import { newTrace, NoAnswer, parseWebAddress } from "../../locate/result.ts";
import { inChunks, noise } from "../support/chunks.ts";
import { configured } from "../support/locate/configured.ts";
import { FREE_BLOCK, isoDirectory, isoImage, susp } from "../support/iso_builder.ts";
import { memoryPackage } from "../support/packages.ts";
import { fuzz } from "../support/reliability/fuzz.ts";
import { reliabilityTest } from "../support/reliability/trials.ts";
import { gnuLong, paxHeader, tarArchive } from "../support/tar_builder.ts";

const outcome = "an error with a code, or an answer; no crash, no other error";

const TARS = [
  tarArchive({ name: "a/b", body: noise(700) }, { name: "a/c/", typeflag: "5" }),
  tarArchive(paxHeader({ path: "a/long", size: "3" }), { name: "x", body: new Uint8Array(3) }),
  tarArchive(gnuLong("L", `a/${"n".repeat(200)}`), { name: "x", format: "gnu" }),
  tarArchive(
    { name: "a/b", body: noise(9) },
    { name: "a/s", typeflag: "2", linkName: "b" },
    { name: "a/h", typeflag: "1", linkName: "a/b" },
  ),
];

reliabilityTest({
  fault: "tar archives, plain and compressed, changed at random",
  outcome,
  file: import.meta.url,
}, async (tried) => {
  const packed = TARS.flatMap((tar) => [gzipSync(tar), zstdCompressSync(tar)]);
  tried(
    await fuzz({
      corpus: "tar",
      seeds: [...TARS, ...packed.map((bytes) => new Uint8Array(bytes))],
      async read(input) {
        for await (const item of memoryPackage(input).read().items) {
          if (item.kind === "file") { for await (const _ of item.chunks()); }
        }
        for await (const _ of (await decompress(inChunks(input))).chunks);
      },
    }),
  );
});

const field = (name: string) => susp("NM", 0, ...new TextEncoder().encode(name));
const IMAGES = [
  isoImage([{ name: "A.TXT;1", block: FREE_BLOCK, size: 7 }], [noise(7)]),
  isoImage(
    [
      { name: "SUB", block: FREE_BLOCK, size: 2048, flags: 2, extension: field("sub") },
      { name: "L;1", extension: Uint8Array.of(...field("link"), ...susp("SL", 0, 0, 1, 0x61)) },
    ],
    [isoDirectory([{ name: "\0", flags: 2 }, { name: "C;1", extension: field("c") }])],
    { rockRidge: true },
  ),
];

reliabilityTest({
  fault: "ISO images, in a stream and from a file, changed at random",
  outcome,
  file: import.meta.url,
}, async (tried) => {
  const path = await Deno.makeTempFile({ suffix: ".iso" });
  const stdin = () => ReadableStream.from([]);
  try {
    tried(
      await fuzz({
        corpus: "iso",
        seeds: IMAGES,
        async read(input) {
          await Deno.writeFile(path, input);
          const packages = [memoryPackage(input), ...await findPackages([path], { stdin })];
          await packageKeys(packages, {});
        },
      }),
    );
  } finally {
    await Deno.remove(path);
  }
});

const LISTS = [
  `${"a".repeat(64)}  dl.k8s.io/kubelet\n${"b".repeat(64)} *x\n`,
  `SHA256 (x) = ${"c".repeat(64)}\n`,
  "https://dl.k8s.io/release/{{ kube_version }}/bin/linux/{{ image_arch | lower }}/kubelet\n",
  `kubelet_checksums:\n  amd64:\n    v1.32.4: sha256:${"d".repeat(64)}\n    1.31.0: 0\n`,
];

reliabilityTest({
  fault: "lists of what is expected, checksum files and access logs, changed at random",
  outcome,
  file: import.meta.url,
}, async (tried) => {
  const folder = await Deno.makeTempDir();
  const variables = new Map([["kube_version", "v1.32.4"], ["image_arch", "amd64"]]);
  try {
    tried(
      await fuzz({
        corpus: "lists",
        seeds: LISTS.map((text) => new TextEncoder().encode(text)),
        async read(input) {
          await Deno.writeFile(`${folder}/x`, input);
          digestLines(decodeText(input));
          await readAccessLogs([`${folder}/x`], [{ key: "kubelet" }]);
          await readExpectations([`${folder}/x`], variables);
        },
      }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const CONFIGURATIONS = [
  `events {} http { server { listen 80; root /srv; location ~ \\.gz$ { alias /x/; } } }`,
  `events {} http { include /etc/nginx/*.conf; server { server_name *.a ~^b$ "c"; location = /x { } } }`,
  `events {} http { server { if ($uri ~ x) { return 301 /y; } rewrite ^/a(.*)$ /b$1 last; try_files $uri =404; } }`,
  `events {} http { content_by_lua_block { local x = "}" -- [[ } ]] } map $a $b { default 1; } }`,
];

reliabilityTest({
  fault: "configurations of nginx, changed at random",
  outcome,
  file: import.meta.url,
}, async (tried) => {
  const encoder = new TextEncoder();
  tried(
    await fuzz({
      corpus: "nginx",
      seeds: CONFIGURATIONS.map((text) => encoder.encode(text)),
      async read(input) {
        const text = new TextDecoder("latin1").decode(input);
        try {
          const configuration = await configured(text);
          const address = parseWebAddress("http://127.0.0.1/a/b.gz");
          await locateIn(configuration, address, newTrace());
        } catch (error) {
          if (!(error instanceof NoAnswer)) throw error; // what `locate` tells with its code
        }
      },
    }),
  );
});

reliabilityTest({
  fault: "clusterConfig.yaml, changed at random and edited",
  outcome: "refused with a code, or edited into YAML that can be read; no crash",
  file: import.meta.url,
}, async (tried) => {
  const folder = new URL("../fixtures/cluster-config/", import.meta.url);
  const seeds = [...Deno.readDirSync(folder)].map(({ name }) =>
    Deno.readFileSync(new URL(name, folder))
  );
  const repository = {
    endpoint: "http://10.0.1.1:9000",
    user: { username: "u", password: "p: #" },
  };
  tried(
    await fuzz({
      corpus: "config",
      seeds,
      read(input) {
        const text = new TextDecoder().decode(input);
        const { text: edited } = setValues(parseSource("x.yaml", text), valuesOf(repository, {}));
        const errors = parseAllDocuments(edited).flatMap((document) => document.errors);
        assert.deepEqual(errors, []);
      },
    }),
  );
});
