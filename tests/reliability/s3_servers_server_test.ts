/** Three servers that speak S3, each in its own way. */
import assert from "node:assert/strict";
import { binimport } from "../e2e/run.ts";
import { freePort, startMinio } from "../minio_server.ts";
import { listens } from "../nginx_process.ts";
import { tool } from "../require.ts";
import { killAfter, mustImport, spread } from "./killed.ts";
import { makeReleases, PARTS } from "./releases.ts";
import { reliabilityTest, times } from "./trials.ts";

const USER = "test-admin";
const PASSWORD = "test-password";

interface S3Server extends AsyncDisposable {
  readonly url: string;
}

/** A program that serves a folder by S3; gives its command line. */
type Serve = (folder: string, port: number) => readonly string[];

const SERVERS: Readonly<Record<string, { program: string; serve?: Serve }>> = {
  MinIO: { program: "minio" },
  versitygw: {
    program: "versitygw",
    serve: (
      folder,
      port,
    ) => ["--port", `127.0.0.1:${port}`, "--iam-dir", `${folder}/iam`, "posix", `${folder}/data`],
  },
  "rclone serve s3": {
    program: "rclone",
    serve: (folder, port) => [
      "serve",
      "s3",
      `${folder}/data`,
      "--addr",
      `127.0.0.1:${port}`,
      "--auth-key",
      `${USER},${PASSWORD}`,
    ],
  },
};

async function startS3(program: string, serve: Serve): Promise<S3Server> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-s3-" });
  await Deno.mkdir(`${folder}/data`);
  await Deno.mkdir(`${folder}/iam`);
  const port = freePort();
  const child = new Deno.Command(tool(program) ?? program, {
    args: [...serve(folder, port)],
    env: { ROOT_ACCESS_KEY: USER, ROOT_SECRET_KEY: PASSWORD, RCLONE_CONFIG: `${folder}/none` },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  while (!await listens(port)) await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

for (const [name, { program, serve }] of Object.entries(SERVERS)) {
  reliabilityTest({
    fault: `imports, killed imports and two at once, into ${name}`,
    outcome: "what is there is right, verified by reading it back",
    needs: ["tar", program],
    file: import.meta.url,
  }, async (tried) => {
    await using releases = await makeReleases();
    await using minio = serve === undefined ? await startMinio() : undefined;
    await using other = serve === undefined ? undefined : await startS3(program, serve);
    const { url, user, password } = minio ??
      { url: other?.url ?? "", user: USER, password: PASSWORD };
    const flags = ["--endpoint", url, "--username", user, "--anonymous-download", "keep", ...PARTS];
    const env = { BINIMPORT_PASSWORD: password };
    const command = (archive: string) => ({
      args: [archive, ...flags, "--verify", "off"],
      env,
    });
    await mustImport(command(releases.old.archive));
    for (const [round, moment] of spread(times(3, 20), 600).entries()) {
      const { archive } = round % 2 === 0 ? releases.young : releases.old;
      await killAfter(command(archive), moment);
      await mustImport(command(archive));
      const verified = await binimport(["verify", archive, ...flags, "--verify", "target"], {
        env,
      });
      assert.equal(verified.status, 0, `${verified.stdout}${verified.stderr}`);
      tried();
    }
    const both = [releases.old.archive, releases.young.archive];
    await Promise.all(both.map((archive) => {
      const { args } = command(archive);
      return mustImport({ args: [...args, "--lock-wait", "2m"], env });
    }));
    tried(2);
  });
}
