/** Readers of what stores, servers and their administrators wrote, fed at random for a bounded time. */
import assert from "node:assert/strict";
import { allowDownload, anonymousDownload, parsePolicy } from "../../adapters/minio/bucket.ts";
import { nameDecoder } from "../../adapters/minio/list.ts";
import { decodeRecord, lifeOf, newRecord } from "../../adapters/minio/lock/record.ts";
import { parseManifest } from "../../core/storage/manifest.ts";
import { holderShown } from "../../core/storage/mod.ts";
import { parseAddress, redirectOf, requireAddress, shownAddress } from "../../core/util/address.ts";
import { messageOf } from "../../core/util/errors.ts";
import { decodeEntities, elements, elementText } from "../../core/util/xml.ts";
import { NoAnswer, parseWebAddress } from "../../locate/result.ts";
import { SERVERS } from "../../locate/servers/mod.ts";
import { memoryView } from "../support/locate/configured.ts";
import { fuzz } from "../support/reliability/fuzz.ts";
import { reliabilityTest } from "../support/reliability/trials.ts";

interface Target {
  readonly what: string;
  readonly seeds: readonly string[];
  readonly read: (text: string, bytes: Uint8Array) => unknown;
}

const DIGEST = "a".repeat(64);
const MANIFEST = `{"version":1,"packages":[
{"sha256":"${DIGEST}","size":5,"name":"p.tar","options":{"stripComponents":null,"include":[],"exclude":[]},"keys":["a/b"]}],"files":{
"a/b":{"size":2,"mode":420,"sha256":"${DIGEST}","package":"${DIGEST}","etag":"x"},
"a\\"c":{"size":2,"mode":420,"sha256":"${DIGEST}"}}}
`;
const LISTING =
  `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><Contents><Key>a%2Bb&amp;c</Key><Size>5</Size><ETag>&quot;x&quot;</ETag></Contents><!-- x --></ListBucketResult>`;
const MULTISTATUS =
  `<D:multistatus xmlns:D="DAV:"><D:response><D:href>/f/.binimport/tmp/1600000000000-x</D:href><D:propstat><D:prop><D:getetag>"e"</D:getetag></D:prop></D:propstat></D:response></D:multistatus>`;
const POLICY =
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":"s3:Get*","Resource":["arn:aws:s3:::b/p/*","*?**"]},{"Effect":"Deny","Principal":"*","Action":["*"],"Resource":"arn:aws:s3:::b/q*"}]}`;

/** A secret stands in every address that is fed, and in no message. */
function readAddress(text: string): void {
  const secret = "hunter2";
  for (const address of [text, `http://joe:${secret}@${text}`, `${text}?sig=${secret}`]) {
    const base = new URL("http://h/");
    const shown = [shownAddress(address)];
    for (
      const read of [
        () => requireAddress(address, "read package"),
        () => redirectOf({ status: 302, header: () => address }, base),
      ]
    ) {
      try {
        read();
      } catch (error) {
        shown.push(messageOf(error));
      }
    }
    // What was fed may hold the secret before the `@` of another one, or as part of a path.
    if (!/[@?#/\\]/.test(text)) assert(!shown.some((one) => one.includes(secret)), address);
    parseAddress(address, base);
  }
}

const TARGETS: readonly Target[] = [
  {
    what: "manifests",
    seeds: [MANIFEST],
    async read(_, bytes) {
      for (const small of [0, Infinity]) {
        const manifest = await parseManifest(bytes, small);
        for (const [key, { sha256, size }] of manifest?.files ?? []) {
          assert(typeof key === "string" && /^[0-9a-f]{64}$/.test(sha256) && size >= 0);
        }
      }
    },
  },
  {
    what: "listings of S3 and WebDAV",
    seeds: [LISTING, MULTISTATUS],
    read(text) {
      for (const name of ["Contents", "response", "href", "Error"]) {
        for (const one of elements(text, name)) elementText(one, "Key");
      }
      nameDecoder(text)(text);
      decodeEntities(text);
    },
  },
  {
    what: "policies of buckets",
    seeds: [POLICY],
    read(text) {
      const policy = parsePolicy(text);
      const before = anonymousDownload(policy, "b", "p/");
      if (policy === undefined || before === "denied") return;
      assert.equal(anonymousDownload(allowDownload(policy, "b", "p/"), "b", "p/"), "allowed");
    },
  },
  {
    what: "locks of buckets",
    seeds: [JSON.stringify(newRecord(false)), JSON.stringify(newRecord(true))],
    read(text) {
      const record = decodeRecord(text);
      lifeOf(record);
      assert.match(holderShown(record.holder), /^$|^ \([\w .:-]+\)$/);
    },
  },
  {
    what: "addresses and redirects",
    seeds: ["10.0.0.1:9000/a/b", "[::1]:80/x", "//h/y", "mirror.example", "h:99999"],
    read: readAddress,
  },
  ...SERVERS.map((server): Target => ({
    what: `configurations of ${server.name}`,
    seeds: {
      "Apache httpd": [
        'ServerRoot "/x"\nListen 80\n<VirtualHost *:80>\nServerName h\nDocumentRoot /srv\nAlias /a /b\n<Directory /srv>\nRequire all granted\n</Directory>\nRewriteEngine On\nRewriteRule ^/x(.*)$ /y$1 [L]\n</VirtualHost>\n',
        "Define A b\n<IfDefine A>\nDocumentRoot ${A}\n</IfDefine>\nInclude x/*.conf\n",
      ],
      lighttpd: [
        'server.document-root = "/srv" + env.X\nserver.port = 80\n$HTTP["host"] =~ "^a" {\n alias.url += ( "/a" => "/b" )\n} else {\n}\ninclude "x.conf"\n',
      ],
      Caddy: [
        "(s) {\n\troot {args.0}\n}\n:80 {\n\timport s /srv\n\tfile_server\n\thandle_path /a/* {\n\t\troot /b\n\t}\n\t@x path *.gz\n\trewrite @x /y{uri}\n}\n",
        "{\n\thttp_port 80\n}\nh, http://i:80 {\n\troot /srv/{$X:y}\n\trespond /z 404\n}\n",
      ],
    }[server.name] ?? [],
    async read(text) {
      const view = memoryView({ "/etc/s/c": text });
      const argv = ["server", "run", "-f", "/etc/s/c", "--config", "/etc/s/c", "-d", "/etc/s"];
      const running = { argv, folder: "/etc/s", view, env: () => undefined };
      try {
        const opened = await server.open({ ...running, program: () => new Uint8Array() });
        await opened.resolve(parseWebAddress("http://h/a/b.gz"));
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error; // what `locate` tells with its code
      }
    },
  })),
];

for (const { what, seeds, read } of TARGETS) {
  reliabilityTest({
    fault: `${what}, changed at random`,
    outcome: "an error with a code, or an answer; no crash, no other error",
    file: import.meta.url,
  }, async (tried) => {
    tried(
      await fuzz({
        corpus: "foreign",
        seeds: seeds.map((text) => new TextEncoder().encode(text)),
        read: (input) => read(new TextDecoder().decode(input), input),
      }),
    );
  });
}
