/** What is compared with what. */
import {
  intoBoth,
  intoMinio,
  intoMinioUnverified,
  rcloneExtract,
  s5cmdUnpacked,
  tarAndMc,
  tarAndS5cmd,
} from "./buckets.ts";
import type { Arena, Contender } from "./contender.ts";
import type { CorpusName } from "./corpus.ts";
import {
  curlAll,
  curlAndHash,
  curlKept,
  curlOwn,
  locateServer,
  manyNginx,
  manyOwn,
  nginxTest,
  verifyUrl,
} from "./serving.ts";
import { imported, type Ready, served, servedByBoth, unpacked } from "./set_up.ts";
import {
  bsdtar,
  checksum,
  inflateOnly,
  intoWebRoot,
  openssl,
  vendorScript,
  verifyTree,
} from "./web_roots.ts";

/** One comparison. */
export interface Row {
  readonly name: string;
  readonly corpus: CorpusName;
  /** Whether the target holds the package already when the clock starts. */
  readonly again?: true;
  /** Whether the folder lies in memory (tmpfs). */
  readonly inMemory?: true;
  /** Whether each folder lies on a new ext4: on one in use, what was deleted lately slows it down. */
  readonly onNewDisk?: true;
  /** No more rounds than that count: they are long. */
  readonly mostRuns?: number;
  /** What is compared are not times but times for each of these: contenders differ in work. */
  readonly per?: "byte" | "file";
  /** What has to be there when it starts. */
  readonly setUp?: (arena: Arena) => Promise<Ready>;
  readonly ours: Contender;
  readonly peers: readonly Contender[];
}

const BUCKET_PEERS = [tarAndMc, tarAndS5cmd, rcloneExtract, s5cmdUnpacked];

/** All of them, in the order of the table. */
export const ROWS: readonly Row[] = [
  {
    name: "web-large",
    corpus: "large",
    ours: intoWebRoot,
    peers: [vendorScript, bsdtar, inflateOnly],
  },
  {
    name: "web-small",
    corpus: "small",
    onNewDisk: true,
    ours: intoWebRoot,
    peers: [vendorScript, bsdtar],
  },
  {
    name: "web-small-tmpfs",
    corpus: "small",
    inMemory: true,
    ours: intoWebRoot,
    peers: [vendorScript, bsdtar],
  },
  {
    name: "web-texts-tmpfs",
    corpus: "texts",
    inMemory: true,
    ours: intoWebRoot,
    peers: [vendorScript, bsdtar],
  },
  {
    name: "web-prose-tmpfs",
    corpus: "prose",
    inMemory: true,
    ours: intoWebRoot,
    peers: [vendorScript, bsdtar],
  },
  { name: "web-again", corpus: "large", again: true, ours: intoWebRoot, peers: [vendorScript] },
  {
    name: "web-changed",
    corpus: "changed",
    setUp: imported,
    ours: intoWebRoot,
    peers: [vendorScript],
  },
  { name: "web-checksum", corpus: "large", setUp: imported, ours: checksum, peers: [openssl] },
  { name: "web-verify", corpus: "large", setUp: imported, ours: verifyTree, peers: [openssl] },
  { name: "web-large4", corpus: "large4", ours: intoWebRoot, peers: [vendorScript] },
  { name: "minio-large", corpus: "large", ours: intoMinio, peers: BUCKET_PEERS },
  { name: "minio-small", corpus: "small", ours: intoMinioUnverified, peers: BUCKET_PEERS },
  { name: "minio-small-verified", corpus: "small", ours: intoMinio, peers: [s5cmdUnpacked] },
  { name: "minio-again", corpus: "large", again: true, ours: intoMinio, peers: [tarAndMc] },
  { name: "minio-large4", corpus: "large4", ours: intoMinio, peers: [tarAndMc] },
  {
    name: "two-targets",
    corpus: "large",
    ours: intoBoth,
    peers: [{ ...intoMinio, label: "binimport into MinIO alone" }],
  },
  {
    name: "growth-bytes",
    corpus: "ten",
    inMemory: true,
    mostRuns: 3,
    per: "byte",
    ours: intoWebRoot,
    peers: [{ ...intoWebRoot, label: "binimport, 0.5 GB", corpus: "half" }],
  },
  {
    name: "growth-files",
    corpus: "texts20",
    inMemory: true,
    mostRuns: 3,
    per: "file",
    ours: intoWebRoot,
    peers: [{ ...intoWebRoot, label: "binimport, 4,981 files", corpus: "texts" }],
  },
  {
    name: "verify-url",
    corpus: "large",
    inMemory: true,
    setUp: served,
    ours: verifyUrl,
    peers: [curlAll, curlKept, curlAndHash],
  },
  { name: "serve", corpus: "large", setUp: servedByBoth, ours: curlOwn, peers: [curlAll] },
  { name: "serve-many", corpus: "large", setUp: servedByBoth, ours: manyOwn, peers: [manyNginx] },
  {
    name: "locate",
    corpus: "servers",
    setUp: unpacked,
    ours: locateServer,
    peers: [nginxTest],
  },
];
