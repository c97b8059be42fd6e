/** A real nginx for tests: on a free port of loopback, over a folder. */
import { connect } from "node:net";
import { freePort } from "./minio_server.ts";
import { tool } from "./require.ts";

/** A running server. Disposing of it stops it. */
export interface NginxServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/`. */
  readonly url: string;
  /**
   * What it was asked for since the last call, as `METHOD PATH STATUS AUTHORIZATION`, paths decoded
   * and without credentials a `-` at the end.
   */
  requests(): Promise<string[]>;
}

/** Options of {@linkcode startNginx}. */
export interface NginxOptions {
  /** Directives for its `server` block, such as `location /x { deny all; }`. */
  readonly directives?: string;
}

/**
 * Starts nginx and waits until it answers. Run by root, its workers are `nobody`, as is usual: what
 * they may not read they do not serve.
 */
export async function startNginx(
  root: string,
  { directives = "" }: NginxOptions = {},
): Promise<NginxServer> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-nginx-" });
  const port = freePort();
  await Deno.writeTextFile(`${folder}/nginx.conf`, configuration(root, port, directives));
  const child = new Deno.Command(tool("nginx") ?? "nginx", {
    args: ["-p", folder, "-c", "nginx.conf", "-e", "error.log", "-g", "daemon off;"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let running = true;
  const ended = child.status.then(() => running = false);
  while (!await listens(port)) {
    if (running) await new Promise((resolve) => setTimeout(resolve, 10));
    else throw new Error(`Cannot start nginx: ${await Deno.readTextFile(`${folder}/error.log`)}`);
  }
  let told = 0;
  return {
    async requests() {
      const lines = (await Deno.readTextFile(`${folder}/access.log`)).split("\n").slice(0, -1);
      return lines.slice(told, told = lines.length);
    },
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      if (running) child.kill("SIGTERM");
      await ended;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function configuration(root: string, port: number, directives: string): string {
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path tmp;`).join(" ");
  return `
worker_processes 1;
pid nginx.pid;
events { worker_connections 256; }
http {
  log_format plain escape=none '$request_method $uri $status $plain_authorization';
  map $http_authorization $plain_authorization { "" "-"; default $http_authorization; }
  access_log access.log plain;
  ${paths}
  default_type application/octet-stream;
  server {
    listen 127.0.0.1:${port};
    root "${root}";
    ${directives}
  }
}
`;
}

/** Whether somebody listens on a port of loopback. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
