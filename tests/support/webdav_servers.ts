/** Real servers that take files over HTTP, for tests: each on a free port, over a folder of its own. */
import { startDaemon } from "./daemon.ts";
import { apache, startSite } from "./http_servers.ts";
import { startNginx } from "./nginx_server.ts";
import { freePort, listens } from "./ports.ts";
import { run } from "./run.ts";

/** A running server. Disposing of it stops it and removes its folder. */
export interface WebdavServer extends AsyncDisposable {
  /** Where objects go; ends in `/`. */
  readonly url: string;
  /** The folder behind the URL. */
  readonly root: string;
}

/** Options of a server. */
export interface WebdavOptions {
  /** Whether writing needs {@linkcode USER} and {@linkcode PASSWORD}. Default: false. */
  readonly guarded?: boolean;
  /** The most bytes that it takes at once; Apache httpd and nginx. Default: no limit. */
  readonly maxBody?: number;
  /** Whether it makes folders by itself; nginx. Default: false. */
  readonly makesFolders?: boolean;
}

/** Who may write to a guarded server. */
export const USER = "uploader";

/** That user's password. */
export const PASSWORD = "pass word/+@%";

/** A kind of server. */
export interface WebdavKind {
  /** Its name, for tests' names. */
  readonly name: string;
  /** The programs that it needs. */
  readonly programs: readonly string[];
  /** Starts it. */
  start(options?: WebdavOptions): Promise<WebdavServer>;
}

async function newRoot(): Promise<string> {
  const root = await Deno.makeTempDir({ prefix: "binimport-dav-" });
  await Deno.mkdir(`${root}/files`);
  // The servers' workers are other users.
  for (const folder of [root, `${root}/files`]) await Deno.chmod(folder, 0o777);
  return root;
}

/** A password file as Apache httpd and nginx read it. */
async function writePasswords(root: string): Promise<void> {
  const hash = await run("openssl", ["passwd", "-apr1", PASSWORD]);
  await Deno.writeTextFile(`${root}/htpasswd`, `${USER}:${new TextDecoder().decode(hash)}`);
}

const nginx: WebdavKind = {
  name: "nginx",
  programs: ["nginx"],
  async start({ guarded = false, maxBody = 0, makesFolders = false } = {}) {
    const root = await newRoot();
    await writePasswords(root);
    const server = await startNginx(`${root}/files`, {
      directives: `
        client_body_temp_path ${root}/tmp; # where the workers may write
        client_max_body_size ${maxBody};
        location / {
          dav_methods PUT DELETE MKCOL;
          create_full_put_path ${makesFolders ? "on" : "off"};
          ${
        guarded ? `limit_except GET { auth_basic x; auth_basic_user_file ${root}/htpasswd; }` : ""
      }
        }`,
    });
    return withRoot(server.url, root, server);
  },
};

const apacheDav: WebdavKind = {
  name: "Apache httpd",
  programs: ["apache2"],
  async start({ guarded = false, maxBody = 0 } = {}) {
    const root = await newRoot();
    await writePasswords(root);
    const who = guarded ? "Require valid-user" : "Require all granted";
    const server = await startSite(
      apache,
      `
      LoadModule dav_module /usr/lib/apache2/modules/mod_dav.so
      LoadModule dav_fs_module /usr/lib/apache2/modules/mod_dav_fs.so
      DavLockDB ${root}/lock
      Listen 10.0.1.1:8080
      DocumentRoot ${root}/files
      LimitRequestBody ${maxBody}
      <Directory ${root}/files>
        Dav on
        AuthType Basic
        AuthName x
        AuthUserFile ${root}/htpasswd
        <LimitExcept GET HEAD OPTIONS>
          ${who}
        </LimitExcept>
        <Limit GET HEAD OPTIONS>
          Require all granted
        </Limit>
      </Directory>`,
    );
    return withRoot(server.url, root, server);
  },
};

const rclone: WebdavKind = {
  name: "rclone",
  programs: ["rclone"],
  async start({ guarded = false } = {}) {
    const root = await newRoot();
    const port = freePort();
    const server = await startDaemon({
      argv: [
        ...["rclone", "serve", "webdav", `${root}/files`, "--addr", `127.0.0.1:${port}`] as const,
        // Left to itself, it takes two spellings of one letter for the same name.
        "--no-unicode-normalization",
      ],
      env: {
        RCLONE_CONFIG: "/dev/null",
        ...(guarded && { RCLONE_USER: USER, RCLONE_PASS: PASSWORD }),
      },
    }, () => listens(port));
    return withRoot(`http://127.0.0.1:${port}/`, root, server);
  },
};

function withRoot(url: string, root: string, server: AsyncDisposable): WebdavServer {
  return {
    url,
    root: `${root}/files`,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(root, { recursive: true });
    },
  };
}

/** Every kind. */
export const webdavKinds: readonly WebdavKind[] = [nginx, apacheDav, rclone];
