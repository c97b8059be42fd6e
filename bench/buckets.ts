/** Ways into a bucket. */
import {
  type Arena,
  awsEnvironment,
  binimport,
  type Contender,
  mcEnvironment,
  run,
  unpack,
} from "./contender.ts";
import { type Command, measure } from "./measure.ts";

/** This program into a bucket. */
export const intoMinio: Contender = {
  label: "binimport",
  needs: [],
  commands: ({ corpus, bucket, minio }) => [
    binimport(
      ["import", corpus.path, "--endpoint", minio.url, "--bucket", bucket],
      { BINIMPORT_USERNAME: minio.user, BINIMPORT_PASSWORD: minio.password },
    ),
  ],
};

/** The same without looking at it afterwards, as the peers do. */
export const intoMinioUnverified: Contender = {
  label: "binimport --verify off",
  needs: [],
  commands: (arena) =>
    intoMinio.commands(arena).map(({ argv, ...rest }) => ({
      ...rest,
      argv: [...argv, "--verify", "off"],
    })),
};

/** This program into a web root and a bucket, with one reading. */
export const intoBoth: Contender = {
  label: "binimport --to nginx-fs:… --to minio:…",
  needs: [],
  commands: ({ corpus, folder, bucket, minio }) => [
    binimport(
      ["import", corpus.path, "--to", `nginx-fs:${folder}`, "--to", `minio:${minio.url}/${bucket}`],
      { BINIMPORT_USERNAME: minio.user, BINIMPORT_PASSWORD: minio.password },
    ),
  ],
};

/** The floor: what the server itself takes, for files that are unpacked already. */
export const s5cmdUnpacked: Contender = {
  label: "s5cmd cp of files already unpacked",
  needs: ["tar", "gzip", "s5cmd"],
  setUp: async (arena) => {
    await measure([unpack("tar", arena.corpus, arena.folder), s5cmd(arena, "mb")]);
  },
  commands: (arena) => [s5cmd(arena, "cp", `${arena.folder}/`)],
};

/** kubean's import_files.sh: unpacks, makes the bucket, opens it, copies all. */
export const tarAndMc: Contender = {
  label: "tar -xzf, mc cp --recursive (kubean)",
  needs: ["tar", "gzip", "mc"],
  commands: ({ corpus, folder, bucket, minio }) => {
    const mc = (...args: string[]) => run(["mc", "--quiet", ...args], mcEnvironment(minio));
    return [
      unpack("tar", corpus, folder),
      mc("mb", "--ignore-existing", `bench/${bucket}`),
      mc("anonymous", "set", "download", `bench/${bucket}`),
      mc("cp", "--recursive", `${folder}/`, `bench/${bucket}/`),
    ];
  },
};

/** Many uploads at once. */
export const tarAndS5cmd: Contender = {
  label: "tar -xzf, s5cmd cp",
  needs: ["tar", "gzip", "s5cmd"],
  commands: (arena) => [
    unpack("tar", arena.corpus, arena.folder),
    s5cmd(arena, "mb"),
    s5cmd(arena, "cp", `${arena.folder}/`),
  ],
};

/** Streams an archive into a bucket, as this program does; it strips nothing. */
export const rcloneExtract: Contender = {
  label: "rclone archive extract",
  needs: ["rclone"],
  commands: ({ corpus, bucket, minio }) => [
    run(["rclone", "--config=", "archive", "extract", corpus.path, `bench:${bucket}`], {
      ...awsEnvironment(minio),
      RCLONE_CONFIG_BENCH_TYPE: "s3",
      RCLONE_CONFIG_BENCH_PROVIDER: "Minio",
      RCLONE_CONFIG_BENCH_ENV_AUTH: "true",
      RCLONE_CONFIG_BENCH_ENDPOINT: minio.url,
    }),
  ],
};

function s5cmd({ bucket, minio }: Arena, verb: "mb" | "cp", ...from: string[]): Command {
  const to = `s3://${bucket}${verb === "cp" ? "/" : ""}`;
  return run(["s5cmd", "--endpoint-url", minio.url, verb, ...from, to], awsEnvironment(minio));
}
