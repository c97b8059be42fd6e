/** A real nginx with a configuration of the test's own. */
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import { type Daemon, startDaemon } from "./daemon.ts";
import { listens } from "./ports.ts";
import { tool } from "./require.ts";

/** An answer. */
export interface Response {
  readonly status: number;
  /** Each character is a byte. */
  readonly body: string;
}

/**
 * Starts nginx with `nginx.conf` of a folder as its prefix, and waits until it listens on a port.
 * It is one process with the rights of this one, so that it can read what a test writes.
 *
 * @param http what stands in the http block; each character is a byte
 */
export async function startNginx(
  folder: string,
  http: string,
  port: number,
  { master = false, wrapper = [], options = [] }: NginxStart = {},
): Promise<Daemon> {
  const text = configuration(http, master);
  await Deno.writeFile(`${folder}/nginx.conf`, Buffer.from(text, "latin1"));
  const nginx = tool("nginx") ?? "nginx";
  const [program = nginx, ...rest] = [...wrapper, nginx];
  return await startDaemon({
    argv: [program, ...rest, "-p", folder, "-c", "nginx.conf", "-e", "error.log", ...options],
  }, () => listens(port));
}

/** How nginx is started. */
export interface NginxStart {
  /** Whether there is a master with a worker, as usual, instead of one process for all. */
  readonly master?: boolean;
  /** A command that starts it, such as `unshare -m`. */
  readonly wrapper?: readonly string[];
  /** Options besides those for prefix and configuration. */
  readonly options?: readonly string[];
}

/** The whole configuration around an http block. */
function configuration(http: string, master: boolean): string {
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path tmp;`).join(" ");
  return `
daemon off;
master_process ${master ? "on" : "off"};
pid nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  ${paths}
  default_type text/plain;
${http}
}
`;
}

/** Asks with exactly this path and Host. */
export function get(port: number, path: string, host: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    const socket = connect(port, "127.0.0.1");
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("end", () => {
      socket.destroy();
      resolve(parse(Buffer.concat(chunks).toString("latin1")));
    });
    socket.write(`GET ${path} HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
  });
}

function parse(text: string): Response {
  const end = text.indexOf("\r\n\r\n");
  return { status: Number(text.split(" ", 2)[1]), body: text.slice(end + 4) };
}
