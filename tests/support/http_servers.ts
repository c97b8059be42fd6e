/** Real web servers other than nginx, for tests: on a free port of loopback. */
import { parseServerUser } from "../../adapters/nginx_fs/accounts.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { freePort, listens } from "./ports.ts";

/** A running server. Disposing of it stops it. */
export interface HttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/`. */
  readonly url: string;
}

/** A kind of server, and how a site of it is started. */
export interface HttpServerKind {
  /** Its name, for tests' names. */
  readonly name: string;
  /** The program to run. */
  readonly program: string;
  /** What stands before the site in its configuration. */
  preamble(place: Place): string;
  /** Its command line, to run in the foreground. */
  args(place: Place): string[];
}

interface Place {
  /** A folder of its own, for its configuration, logs and process id. */
  readonly folder: string;
  /** The configuration's path. */
  readonly configuration: string;
  readonly port: number;
}

const MODULES = "/usr/lib/apache2/modules";

/** Apache httpd, with modules that Debian and RHEL load by default, and access denied as they do. */
export const apache: HttpServerKind = {
  name: "Apache httpd",
  program: "apache2",
  preamble: ({ folder }) =>
    [
      ...apacheModules().map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
      `ServerRoot ${folder}`,
      `DefaultRuntimeDir ${folder}`,
      `PidFile ${folder}/pid`,
      `ErrorLog ${folder}/error.log`,
      `TypesConfig ${folder}/mime.types`,
      "ServerName localhost",
      "StartServers 1",
      "<Directory />\nRequire all denied\n</Directory>",
    ].join("\n"),
  args: ({ configuration }) => ["-f", configuration, "-D", "FOREGROUND"],
};

function apacheModules(): string[] {
  const [access, content] = [
    ["authz_core", "authz_host", "authz_user", "authn_core", "authn_file", "auth_basic"],
    ["mime", "dir", "alias", "env", "setenvif", "filter", "deflate", "rewrite", "headers"],
  ];
  const more = ["access_compat", "autoindex", "proxy", "proxy_http", "proxy_fcgi", "status"];
  return ["mpm_event", ...access, ...content, ...more];
}

/** lighttpd; its main socket is the one that sites are given. */
export const lighttpd: HttpServerKind = {
  name: "lighttpd",
  program: "lighttpd",
  preamble: ({ folder, port }) =>
    [
      `server.document-root = "${folder}/empty"`,
      `server.bind = "127.0.0.1"`,
      `server.port = ${port}`,
      `mimetype.assign = ( ".html" => "text/html", "" => "application/octet-stream" )`,
      `server.errorlog = "${folder}/error.log"`,
      `server.modules = ( "mod_access", "mod_alias", "mod_auth", "mod_authn_file" )`,
    ].join("\n"),
  args: ({ configuration }) => ["-D", "-f", configuration],
};

/** Caddy, without its administration and without certificates. */
export const caddy: HttpServerKind = {
  name: "Caddy",
  program: "caddy",
  preamble: () => "{\n\tadmin off\n\tauto_https off\n}",
  args: ({ configuration }) => ["run", "--adapter", "caddyfile", "--config", configuration],
};

/** Every kind. */
export const httpServers: readonly HttpServerKind[] = [apache, lighttpd, caddy];

/** What a site is made with. */
export interface SiteOptions {
  /** What stands for `FOLDER` in it. */
  readonly folder?: string;
  /** Added to the server's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Added to its command line. */
  readonly args?: readonly string[];
}

/**
 * Starts a server with a site, in which `10.0.1.1:8080` stands for where it listens, and waits until
 * it answers. Run by root, it is `www-data`, as is usual on Debian.
 */
export async function startSite(
  kind: HttpServerKind,
  site: string,
  { folder: root = "FOLDER", env = {}, args = [] }: SiteOptions = {},
): Promise<HttpServer> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-http-" });
  const port = freePort();
  const place = { folder, configuration: `${folder}/site.conf`, port };
  // Names of temporary folders may have these digits among others.
  const own = site.replaceAll("10.0.1.1", "127.0.0.1").replaceAll(/\b8080\b/g, String(port))
    .replaceAll("FOLDER", root);
  await Deno.mkdir(`${folder}/empty`);
  await Deno.writeTextFile(
    `${folder}/mime.types`,
    "text/html html\ntext/yaml yaml\napplication/gzip gz tgz\n",
  );
  // A Caddyfile has its options at its beginning, or none.
  const preamble = own.startsWith("{") ? "" : `${kind.preamble(place)}\n`;
  await Deno.writeTextFile(place.configuration, preamble + own);
  await using started = new AsyncDisposableStack();
  started.defer(() => Deno.remove(folder, { recursive: true }));
  started.use(await startServer(kind, place, env, args));
  const server = started.move();
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: () => server.disposeAsync(),
  };
}

async function startServer(
  kind: HttpServerKind,
  place: Place,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<Daemon> {
  const { folder, port } = place;
  const user = Deno.uid() === 0 ? serverUser() : undefined;
  if (user !== undefined) await Deno.chown(folder, user.uid, user.gid);
  return await startDaemon({
    argv: [kind.program, ...kind.args(place), ...args],
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, ...env },
    cwd: folder,
    ...user,
  }, () => listens(port));
}

function serverUser(): { readonly uid: number; readonly gid: number } {
  const { uid, gids: [gid = uid] } = parseServerUser("www-data");
  return { uid, gid };
}
