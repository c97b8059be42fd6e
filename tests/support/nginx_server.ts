/** A real nginx for tests: on a free port of loopback, over a folder. */
import { startNginx as startProcess } from "./nginx_process.ts";
import { freePort } from "./ports.ts";

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
  const nginx = await startProcess(folder, server(root, port, directives), port, { master: true });
  let told = 0;
  return {
    async requests() {
      const lines = (await Deno.readTextFile(`${folder}/access.log`)).split("\n").slice(0, -1);
      return lines.slice(told, told = lines.length);
    },
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      await nginx[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The workers may not write into our folder, so what a slow client leaves of an answer waits behind. */
const UNBUFFERED = "proxy_max_temp_file_size 0;";

function server(root: string, port: number, directives: string): string {
  return `
  log_format plain escape=none '$request_method $uri $status $plain_authorization';
  map $http_authorization $plain_authorization { "" "-"; default $http_authorization; }
  server {
    listen 127.0.0.1:${port};
    access_log access.log plain;
    default_type application/octet-stream;
    ${UNBUFFERED}
    root "${root}";
    ${directives}
  }`;
}
