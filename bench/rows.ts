/** What is compared with what. */
import {
  type Arena,
  bsdtar,
  type Contender,
  curlAll,
  curlAndHash,
  curlOwn,
  intoMinio,
  intoWebRoot,
  locateServer,
  manyNginx,
  manyOwn,
  nginxTest,
  rcloneExtract,
  tarAndMc,
  tarAndS5cmd,
  vendorScript,
  verifyUrl,
} from "./contender.ts";
import type { CorpusName } from "./corpus.ts";
import { type Ready, served, servedByBoth, unpacked } from "./set_up.ts";

/** One comparison. */
export interface Row {
  readonly name: string;
  readonly corpus: CorpusName;
  /** Whether the target holds the package already when the clock starts. */
  readonly again?: true;
  /** What has to be there when it starts. */
  readonly setUp?: (arena: Arena) => Promise<Ready>;
  readonly ours: Contender;
  readonly peers: readonly Contender[];
}

/** All of them, in the order of the table. */
export const ROWS: readonly Row[] = [
  { name: "web-large", corpus: "large", ours: intoWebRoot, peers: [vendorScript, bsdtar] },
  { name: "web-small", corpus: "small", ours: intoWebRoot, peers: [vendorScript, bsdtar] },
  { name: "web-again", corpus: "large", again: true, ours: intoWebRoot, peers: [vendorScript] },
  { name: "web-large4", corpus: "large4", ours: intoWebRoot, peers: [vendorScript] },
  {
    name: "minio-large",
    corpus: "large",
    ours: intoMinio,
    peers: [tarAndMc, tarAndS5cmd, rcloneExtract],
  },
  {
    name: "minio-small",
    corpus: "small",
    ours: intoMinio,
    peers: [tarAndMc, tarAndS5cmd, rcloneExtract],
  },
  { name: "minio-again", corpus: "large", again: true, ours: intoMinio, peers: [tarAndMc] },
  { name: "minio-large4", corpus: "large4", ours: intoMinio, peers: [tarAndMc] },
  {
    name: "verify-url",
    corpus: "large",
    setUp: served,
    ours: verifyUrl,
    peers: [curlAll, curlAndHash],
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
