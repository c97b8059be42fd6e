/** Three servers that speak S3, each in its own way. */
import { freePort, startMinio } from "../minio_server.ts";
import { listens } from "../nginx_process.ts";
import { tool } from "../require.ts";

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
  const child = new Deno.Command(tool(program) ?? program, {
    args: args(folder, `127.0.0.1:${port}`),
    env: { ROOT_ACCESS_KEY: user, ROOT_SECRET_KEY: password, RCLONE_CONFIG: `${folder}/none` },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  while (!await listens(port)) await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    url: `http://127.0.0.1:${port}`,
    user,
    password,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}
