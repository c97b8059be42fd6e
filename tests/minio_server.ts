/** A real MinIO server for tests: on a free port of loopback, in a folder of its own. */
import http from "node:http";
import https from "node:https";
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
  const child = new Deno.Command(tool("minio") ?? "minio", {
    args: ["server", folder, "--address", host, "--quiet", ...tls],
    env: {
      ...options.env,
      MINIO_ROOT_USER: USER,
      MINIO_ROOT_PASSWORD: PASSWORD,
      MINIO_BROWSER: "off",
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let running = true;
  const ended = child.status.then(() => running = false);

  async function kill(): Promise<void> {
    if (running) child.kill("SIGKILL");
    await ended;
  }

  const scheme = options.certificates === undefined ? "http" : "https";
  const mc = (...args: string[]) => runMc(`${scheme}://${USER}:${PASSWORD}@${host}`, args);
  await waitUntil(() => running, () => isReady(`${scheme}://${host}`));
  return {
    url: `${scheme}://${host}`,
    user: USER,
    password: PASSWORD,
    folder,
    kill,
    pause: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
    mc,
    async [Symbol.asyncDispose]() {
      await kill();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/**
 * Unfinished uploads in all buckets, as they lie on the server's disk: asked by its protocol it
 * lists only those of a key that one knows.
 */
export async function unfinishedUploads({ folder }: MinioServer): Promise<string[]> {
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
export async function uploadBegun(server: MinioServer): Promise<void> {
  while ((await unfinishedUploads(server)).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Waits for a condition; fails once `alive` is false. */
async function waitUntil(alive: () => boolean, met: () => Promise<boolean>): Promise<void> {
  while (!await met()) {
    if (!alive()) throw new Error("Cannot start minio: it ended before it answered");
    await new Promise((resolve) => setTimeout(resolve, 20));
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

/** Below those that Linux gives to whoever connects, or listens on any port (32768 and up). */
const OWN_PORTS = { first: 20_000, count: 12_000 };

/**
 * A port of loopback that nobody listens on; by chance, so that no test that runs beside this one is
 * given the same before it listens.
 */
export function freePort(): number {
  for (;;) {
    const port = OWN_PORTS.first + Math.floor(Math.random() * OWN_PORTS.count);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
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
