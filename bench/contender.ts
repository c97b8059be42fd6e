/** Who takes part in a comparison: ways to get a package to where nodes fetch it. */
import { fileURLToPath } from "node:url";
import { findProgram } from "../scripts/services/cache.ts";
import type { MinioServer } from "../tests/minio_server.ts";
import type { Corpus } from "./corpus.ts";
import { LAST_SERVER } from "./servers.ts";
import type { Command } from "./measure.ts";

/** Where one run happens: everything new, and gone afterwards. */
export interface Arena {
  readonly corpus: Corpus;
  /** An empty folder to unpack into; a web root, or what a peer needs on the way to a bucket. */
  readonly folder: string;
  /** A name for a bucket that does not exist yet. */
  readonly bucket: string;
  readonly minio: MinioServer;
  /** Where the folder is served, in a row that sets that up. */
  readonly url?: string;
  /** Where `binimport serve` serves it, in a row that sets that up. */
  readonly ownUrl?: string;
}

/** One way. */
export interface Contender {
  readonly label: string;
  /** Programs that must be there. */
  readonly needs: readonly string[];
  /** The commands, one after the other. */
  commands(arena: Arena): readonly Command[];
}

const PROGRAM = fileURLToPath(new URL("../cli.ts", import.meta.url));

/** This program into a web root. */
export const intoWebRoot: Contender = {
  label: "binimport",
  needs: [],
  commands: ({ corpus, folder }) => [
    binimport(["import", corpus.path, "--adapter", "nginx-fs", "--root", folder]),
  ],
};

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

/** What the vendor's script does; it checks nothing of the result. */
export const vendorScript: Contender = {
  label: "vendor's script (tar -xzf --strip-components=1)",
  needs: ["tar", "gzip"],
  commands: ({ corpus, folder }) => [unpack("tar", corpus, folder)],
};

/** The fastest unpacker that is widely to be had. */
export const bsdtar: Contender = {
  label: "bsdtar -xzf --strip-components=1",
  needs: ["bsdtar"],
  commands: ({ corpus, folder }) => [unpack("bsdtar", corpus, folder)],
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
  commands: ({ corpus, folder, bucket, minio }) => {
    const s5cmd = (...args: string[]) =>
      run(["s5cmd", "--endpoint-url", minio.url, ...args], awsEnvironment(minio));
    return [
      unpack("tar", corpus, folder),
      s5cmd("mb", `s3://${bucket}`),
      s5cmd("cp", `${folder}/`, `s3://${bucket}/`),
    ];
  },
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

/** This program, which compares every body with the digest on record. */
export const verifyUrl: Contender = {
  label: "binimport verify --verify url",
  needs: ["nginx"],
  commands: ({ folder, url = "" }) => [
    binimport(["verify", "--root", folder, "--url", url, "--verify", "url"]),
  ],
};

/** Fetches every body from nginx and looks at none. */
export const curlAll: Contender = {
  label: "curl -o /dev/null",
  needs: ["curl", "nginx"],
  commands: ({ folder, url }) => [curlFrom(urlsOf(folder, url))],
};

/** Fetches every body and hashes it. */
export const curlAndHash: Contender = {
  label: "curl and sha256sum, file by file",
  needs: ["curl", "nginx"],
  commands: ({ folder, url }) => [
    run([
      "sh",
      "-c",
      'for url; do curl -sSf "$url" | sha256sum; done',
      "sh",
      ...urlsOf(folder, url),
    ]),
  ],
};

/** What a client takes of `binimport serve`; its memory is the client's. */
export const curlOwn: Contender = {
  label: "curl from binimport serve",
  needs: ["curl", "nginx"],
  commands: ({ folder, ownUrl }) => [curlFrom(urlsOf(folder, ownUrl))],
};

/** What many clients take of `binimport serve`. */
export const manyOwn: Contender = {
  label: "curl --parallel from binimport serve",
  needs: ["curl", "nginx"],
  commands: ({ folder, ownUrl }) => [curlFrom(urlsOf(folder, ownUrl), PARALLEL)],
};

/** What as many take of nginx. */
export const manyNginx: Contender = {
  label: "curl --parallel from nginx",
  needs: ["curl", "nginx"],
  commands: ({ folder, url }) => [curlFrom(urlsOf(folder, url), PARALLEL)],
};

const PARALLEL = ["--parallel", "--parallel-max", "16"];

function curlFrom(urls: readonly string[], flags: readonly string[] = []): Command {
  const targets = urls.flatMap((one) => ["-o", "/dev/null", one]);
  return run(["curl", "-sSf", ...flags, ...targets]);
}

/** This program, from the configuration to the folder of its last server. */
export const locateServer: Contender = {
  label: "binimport locate",
  needs: ["nginx"],
  commands: ({ folder }) => [
    binimport(["locate", "--url", LAST_SERVER, "--nginx-conf", `${folder}/nginx.conf`]),
  ],
};

/** nginx reading the same configuration. */
export const nginxTest: Contender = {
  label: "nginx -t",
  needs: ["nginx"],
  commands: ({ folder }) => [run(["nginx", "-q", "-t", "-p", folder, "-c", "nginx.conf"])],
};

/** Of every file that an import brought. */
function urlsOf(folder: string, url = ""): string[] {
  const keysBelow = (prefix: string): string[] =>
    [...Deno.readDirSync(`${folder}/${prefix}`)].flatMap(({ name, isDirectory }) =>
      isDirectory ? keysBelow(`${prefix}${name}/`) : [prefix + name]
    );
  return keysBelow("").filter((key) => !key.startsWith(".binimport/"))
    .map((key) => url + key.split("/").map(encodeURIComponent).join("/"));
}

/** Programs that a contender lacks here. */
export function missing({ needs }: Contender): string[] {
  return needs.filter((program) => findProgram(program) === undefined);
}

/** For what the benchmark itself does with the server. */
export function mcEnvironment({ url, user, password }: MinioServer): Record<string, string> {
  return { MC_HOST_bench: url.replace("://", `://${user}:${password}@`) };
}

function awsEnvironment({ user, password }: MinioServer): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: user, AWS_SECRET_ACCESS_KEY: password, AWS_REGION: "us-east-1" };
}

function unpack(program: "tar" | "bsdtar", { path }: Corpus, folder: string): Command {
  return run([program, "-xzf", path, "--strip-components=1", "-C", folder]);
}

function binimport(args: readonly string[], env?: Readonly<Record<string, string>>): Command {
  return run([Deno.execPath(), "run", "--allow-all", PROGRAM, ...args], env);
}

function run(
  [program, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Command {
  return { argv: [findProgram(program) ?? program, ...args], env };
}
