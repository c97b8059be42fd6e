/** A real OCI registry for tests, Docker's own, on a free port of loopback. */
import { createSign } from "node:crypto";
import { startDaemon } from "./daemon.ts";
import { freePort, listens } from "./ports.ts";
import { run } from "./run.ts";
import { PASSWORD, USER } from "./webdav_servers.ts";

/** A running registry. Disposing of it stops it and removes its folder. */
export interface Registry extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Where it keeps everything. */
  readonly folder: string;
}

/** Options of {@linkcode startRegistry}. */
export interface RegistryOptions {
  /** How {@linkcode USER} signs in with {@linkcode PASSWORD}. Default: anybody may do anything. */
  readonly auth?: "basic" | "token";
  /** Whether manifests can be deleted. Default: true. */
  readonly deletes?: boolean;
}

/** bcrypt of {@linkcode PASSWORD}: the registry reads no other kind, and openssl makes none. */
const HASH = "$2y$05$abcdefghijklmnopqrstuua2LqoSOsa8GZR0yfpwXEjV2Cd688Iga";

/** Starts a registry and waits until it listens. */
export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "binimport-registry-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const port = freePort();
  await Deno.writeTextFile(
    `${folder}/config.yml`,
    JSON.stringify({ // YAML as well
      version: "0.1",
      log: { accesslog: { disabled: true }, level: "error" },
      storage: {
        filesystem: { rootdirectory: `${folder}/data` },
        delete: { enabled: options.deletes ?? true },
      },
      http: { addr: `127.0.0.1:${port}` },
      ...await authentication(options.auth, folder, stack),
    }),
  );
  stack.use(
    await startDaemon({
      argv: ["docker-registry", "serve", `${folder}/config.yml`],
      env: { OTEL_TRACES_EXPORTER: "none" },
      stop: "SIGKILL",
    }, () => listens(port)),
  );
  const rest = stack.move();
  return {
    url: `http://127.0.0.1:${port}`,
    folder,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

async function authentication(
  auth: RegistryOptions["auth"],
  folder: string,
  stack: AsyncDisposableStack,
): Promise<Record<string, unknown>> {
  if (auth === undefined) return {};
  if (auth === "basic") {
    await Deno.writeTextFile(`${folder}/htpasswd`, `${USER}:${HASH}\n`);
    return { auth: { htpasswd: { realm: "test", path: `${folder}/htpasswd` } } };
  }
  const [key, certificate] = [`${folder}/key.pem`, `${folder}/certificate.pem`];
  await run("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=tokens", "-days", "1"],
    ...["-keyout", key, "-out", certificate],
  ]);
  const pem = await Deno.readTextFile(certificate);
  const server = stack.use(serveTokens(await Deno.readTextFile(key), pem));
  const realm = `http://127.0.0.1:${server.addr.port}/token`;
  return {
    auth: { token: { realm, service: SERVICE, issuer: ISSUER, rootcertbundle: certificate } },
  };
}

const SERVICE = "test-registry";
const ISSUER = "test-tokens";

/** How long a token is valid, in seconds: short, so that a test sees more than one. */
export const TOKEN_LIFETIME = 2;

/** Gives the tokens that it is asked for to whoever knows the password. */
function serveTokens(key: string, certificate: string): Deno.HttpServer<Deno.NetAddr> {
  const right = `Basic ${btoa(`${USER}:${PASSWORD}`)}`;
  const x5c = [certificate.replaceAll(/-----[^-]+-----|\n/g, "")];
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url, headers }) => {
    if (headers.get("authorization") !== right) return new Response("{}", { status: 401 });
    const asked = new URL(url).searchParams;
    const [type, name, actions] = asked.get("scope")?.split(":") ?? [];
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: ISSUER,
      sub: USER,
      aud: asked.get("service"),
      iat: now,
      nbf: now - 1,
      exp: now + TOKEN_LIFETIME,
      jti: crypto.randomUUID(),
      access: [{ type, name, actions: actions?.split(",") }],
    };
    const signed = [{ typ: "JWT", alg: "RS256", x5c }, claims]
      .map((part) => btoa(JSON.stringify(part)).replaceAll("=", "")).map(toBase64Url).join(".");
    const signature = createSign("sha256").update(signed).sign(key, "base64url");
    return Response.json({ token: `${signed}.${signature}`, expires_in: TOKEN_LIFETIME });
  });
}

function toBase64Url(text: string): string {
  return text.replaceAll("+", "-").replaceAll("/", "_");
}
