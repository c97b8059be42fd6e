/** Servers that speak S3, each in its own way. */
import type { QuirkName } from "../../../adapters/minio/quirks.ts";
import { startDaemon } from "../daemon.ts";
import { startMinio } from "../minio_server.ts";
import { freePort, listens } from "../ports.ts";

/** A running server. Disposing of it stops it and removes its folder. */
export interface S3Server extends AsyncDisposable {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** A program that speaks S3. */
export interface S3Program {
  /** As a test's name calls it. */
  readonly name: string;
  /** What has to be there to start it. */
  readonly program: string;
  /** What an import finds it to lack. */
  readonly quirks: readonly QuirkName[];
  /** Whether it heeds bucket policies, by which nodes read without credentials. */
  readonly hasPolicies: boolean;
  start(): Promise<S3Server>;
}

const user = "test-admin";
const password = "test-password";

/** All of them. */
export const S3_PROGRAMS: readonly S3Program[] = [
  { name: "MinIO", program: "minio", quirks: [], hasPolicies: true, start: () => startMinio() },
  {
    name: "versitygw",
    program: "versitygw",
    quirks: [],
    hasPolicies: true,
    start: () =>
      startS3("versitygw", (folder, address) => {
        return ["--port", address, "--iam-dir", `${folder}/iam`, "posix", `${folder}/data`];
      }),
  },
  {
    name: "rclone serve s3",
    program: "rclone",
    quirks: ["no-policies"],
    hasPolicies: false,
    start: () =>
      startS3("rclone", (folder, address) => {
        const keys = `${user},${password}`;
        return ["serve", "s3", `${folder}/data`, "--addr", address, "--auth-key", keys];
      }),
  },
  {
    name: "SeaweedFS",
    program: "weed",
    quirks: [],
    hasPolicies: true,
    start: () =>
      startS3("weed", (folder, address) => {
        const port = address.split(":")[1] ?? "";
        const actions = ["Admin", "Read", "Write", "List", "Tagging"];
        const credentials = [{ accessKey: user, secretKey: password }];
        const identities = [{ name: user, credentials, actions }];
        Deno.writeTextFileSync(`${folder}/s3.json`, JSON.stringify({ identities }));
        const part = (
          name: string,
        ) => [`-${name}.port=${freePort()}`, `-${name}.port.grpc=${freePort()}`];
        return [
          ...[
            `-logdir=${folder}`,
            "server",
            `-dir=${folder}/data`,
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
          ],
          ...[...part("master"), ...part("volume"), ...part("filer"), "-filer", "-s3"],
          ...[`-s3.port=${port}`, `-s3.port.grpc=${freePort()}`, `-s3.config=${folder}/s3.json`],
          ...["-volume.max=20", "-master.volumeSizeLimitMB=64"],
        ];
      }),
  },
];

async function startS3(
  program: string,
  args: (folder: string, address: string) => string[],
): Promise<S3Server> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-s3-" });
  await Deno.mkdir(`${folder}/data`);
  await Deno.mkdir(`${folder}/iam`);
  const port = freePort();
  const server = await startDaemon({
    argv: [program, ...args(folder, `127.0.0.1:${port}`)],
    env: { ROOT_ACCESS_KEY: user, ROOT_SECRET_KEY: password, RCLONE_CONFIG: `${folder}/none` },
    stop: "SIGKILL",
  }, () => listens(port));
  return {
    url: `http://127.0.0.1:${port}`,
    user,
    password,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
