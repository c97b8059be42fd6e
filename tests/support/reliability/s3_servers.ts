/** Three servers that speak S3, each in its own way. */
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
  start(): Promise<S3Server>;
}

const user = "test-admin";
const password = "test-password";

/** All three. */
export const S3_PROGRAMS: readonly S3Program[] = [
  { name: "MinIO", program: "minio", start: () => startMinio() },
  {
    name: "versitygw",
    program: "versitygw",
    start: () =>
      startS3("versitygw", (folder, address) => {
        return ["--port", address, "--iam-dir", `${folder}/iam`, "posix", `${folder}/data`];
      }),
  },
  {
    name: "rclone serve s3",
    program: "rclone",
    start: () =>
      startS3("rclone", (folder, address) => {
        const keys = `${user},${password}`;
        return ["serve", "s3", `${folder}/data`, "--addr", address, "--auth-key", keys];
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
