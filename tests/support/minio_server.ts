/** A real MinIO server for tests: on a free port of loopback, in a folder of its own. */
import http from "node:http";
import https from "node:https";
import { startDaemon } from "./daemon.ts";
import { freePort } from "./ports.ts";
import { tool } from "./require.ts";

/** A running server. Disposing of it stops it and removes its folder. */
export interface MinioServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, or `https://…` with certificates. */
  readonly url: string;
  /** Who may do everything there. */
  readonly user: string;
  /** That user's password. */
  readonly password: string;
  /** Where it keeps everything. */
  readonly folder: string;
  /** Stops it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Has it answer nothing until it is resumed; its connections stay. */
  pause(): void;
  /** Has it go on. */
  resume(): void;
  /** Runs `mc` against it, which calls it `test`; gives what it prints. */
  mc(...args: string[]): Promise<string>;
}

/** Options of {@linkcode startMinio}. */
export interface MinioOptions {
  /** A folder with `public.crt` and `private.key`: it speaks TLS then. */
  readonly certificates?: string;
  /** Where to listen. Default: a free port. */
  readonly port?: number;
  /** Default: a new one. */
  readonly folder?: string;
  /** More of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const USER = "test-admin";
const PASSWORD = "test-password/+@%";

/** Starts MinIO and waits until it answers. */
export async function startMinio(options: MinioOptions = {}): Promise<MinioServer> {
  const folder = options.folder ?? await Deno.makeTempDir({ prefix: "binimport-minio-" });
  const port = options.port ?? freePort();
  const host = `127.0.0.1:${port}`;
  const tls = options.certificates === undefined ? [] : ["--certs-dir", options.certificates];
  const scheme = options.certificates === undefined ? "http" : "https";
  const server = await startDaemon({
    argv: ["minio", "server", folder, "--address", host, "--quiet", ...tls],
    env: {
      ...options.env,
      MINIO_ROOT_USER: USER,
      MINIO_ROOT_PASSWORD: PASSWORD,
      MINIO_BROWSER: "off",
    },
    stop: "SIGKILL",
  }, () => isReady(`${scheme}://${host}`));
  const mc = (...args: string[]) => runMc(`${scheme}://${USER}:${PASSWORD}@${host}`, args);
  return {
    url: `${scheme}://${host}`,
    user: USER,
    password: PASSWORD,
    folder,
    kill: () => server.stop(),
    pause: () => server.signal("SIGSTOP"),
    resume: () => server.signal("SIGCONT"),
    mc,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/**
 * Unfinished uploads in all buckets, as they lie on the server's disk: asked by its protocol it
 * lists only those of a key that one knows.
 */
export async function unfinishedUploads(
  { folder }: Pick<MinioServer, "folder">,
): Promise<string[]> {
  const found: string[] = [];
  const multipart = `${folder}/.minio.sys/multipart`;
  for await (const { name: object } of Deno.readDir(multipart)) {
    for await (const { name: upload } of Deno.readDir(`${multipart}/${object}`)) {
      found.push(`${object}/${upload}`);
    }
  }
  return found;
}

/** Waits until somebody has begun an upload. */
export async function uploadBegun(server: Pick<MinioServer, "folder">): Promise<void> {
  while ((await unfinishedUploads(server)).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Whether it serves requests: it listens before that. */
function isReady(url: string): Promise<boolean> {
  const { request } = url.startsWith("https:") ? https : http;
  return new Promise((resolve) => {
    const options = { rejectUnauthorized: false, agent: false };
    request(`${url}/minio/health/cluster`, options, (answer) => {
      answer.resume().on("close", () => resolve(answer.statusCode === 200));
    }).on("error", () => resolve(false)).end();
  });
}

/** `--insecure`: the certificates of tests are signed by nobody it knows. */
async function runMc(server: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(tool("mc") ?? "mc", {
    args: ["--insecure", "--quiet", ...args],
    env: { MC_HOST_test: server },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`mc ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
