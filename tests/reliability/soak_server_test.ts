/**
 * Import, change, kill and import again, for a time, while readers fetch from nginx and MinIO without
 * pause and check each body. Half a minute; `deno task soak` makes it half an hour.
 */
import assert from "node:assert/strict";
import { makeRoot } from "../support/e2e/targets.ts";
import { startMinio } from "../support/minio_server.ts";
import { startNginx } from "../support/nginx_server.ts";
import { type ImportCommand, killAfter, mustImport } from "../support/reliability/killed.ts";
import {
  makeReleases,
  type OneRelease,
  PARTS,
  type Releases,
} from "../support/reliability/releases.ts";
import { reliabilityTest, times } from "../support/reliability/trials.ts";
import { sha256 } from "../support/tar_model.ts";

/** How long it lasts, in seconds. */
const SECONDS = times(30, 1800);

/** Readers of each server. */
const READERS = 4;

/** What readers saw. */
interface Seen {
  bodies: number;
  readonly wrong: string[];
}

reliabilityTest({
  fault: "import, change, kill, import, while readers fetch from nginx and MinIO",
  outcome: "no reader is ever given a wrong body",
  needs: ["tar", "nginx", "minio"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using root = await makeRoot();
  await using nginx = await startNginx(root.path);
  await using minio = await startMinio();
  const command = ({ archive }: OneRelease): ImportCommand => ({
    args: [
      archive,
      "--to",
      `nginx-fs:${root.path}`,
      "--to",
      `minio:${minio.url}/kubean`,
      "--username",
      minio.user,
      ...PARTS,
    ],
    env: { BINIMPORT_PASSWORD: minio.password },
  });
  await mustImport(command(releases.old));
  const until = performance.now() + SECONDS * 1000;
  const seen: Seen = { bodies: 0, wrong: [] };
  const readers = [nginx.url, `${minio.url}/kubean/`].flatMap((base) =>
    Array.from({ length: READERS }, () => readUntil(until, base, releases, seen))
  );
  let rounds = 0;
  for (; performance.now() < until; rounds++) {
    const release = rounds % 2 === 0 ? releases.young : releases.old;
    if (rounds % 3 === 1) await spoil(`${root.path}/tools/tool-2`, release);
    await killAfter(command(release), Math.random() * 800);
    await mustImport(command(release));
  }
  await Promise.all(readers);
  assert.deepEqual(seen.wrong, []);
  assert(seen.bodies > 100 && rounds > 0, `${seen.bodies} bodies in ${rounds} rounds`);
  tried(seen.bodies);
});

async function readUntil(
  until: number,
  base: string,
  { old, young }: Releases,
  seen: Seen,
): Promise<void> {
  const keys = Object.keys(old.digests);
  while (performance.now() < until) {
    const key = keys[Math.floor(Math.random() * keys.length)] ?? "";
    const answer = await fetch(new URL(key, base));
    const digest = sha256(new Uint8Array(await answer.arrayBuffer()));
    seen.bodies++;
    const right = answer.ok && (digest === old.digests[key] || digest === young.digests[key]);
    if (!right) seen.wrong.push(`${base}${key}: ${answer.status} ${digest}`);
  }
}

/** Somebody puts the other release's file there, in one step; the next import puts it right. */
async function spoil(path: string, release: OneRelease): Promise<void> {
  const aside = `${path}.other`;
  await Deno.writeFile(aside, release.files.get("tools/tool-2") ?? new Uint8Array(0));
  await Deno.rename(aside, path);
}
