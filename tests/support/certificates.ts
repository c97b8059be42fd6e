/** TLS certificates for tests, by `openssl`. */
import { run } from "./run.ts";

/** A folder of certificates. Disposing of it removes it. */
export interface Certificates extends AsyncDisposable {
  /** Holds `public.crt` and `private.key`, as MinIO wants them. */
  readonly folder: string;
  /** The certificate of the authority that signed `public.crt`. */
  readonly authority: string;
}

/**
 * Makes an authority, and a certificate signed by it for these names (`IP:…`, `DNS:…`). It lasts for
 * so many days: with less than one it has expired.
 */
export async function makeCertificates(
  names: readonly string[],
  days = 2,
): Promise<Certificates> {
  const cwd = await Deno.makeTempDir({ prefix: "binimport-tls-" });
  const openssl = (line: string) => run("openssl", line.split(" "), { cwd });
  const newKey = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
  await Deno.writeTextFile(`${cwd}/names`, `subjectAltName=${names.join(",")}\n`);
  await openssl(`req -x509 ${newKey} -days 2 -keyout ca.key -out ca.crt -subj /CN=Test`);
  await Deno.mkdir(`${cwd}/server`);
  await openssl(`req ${newKey} -keyout server/private.key -out request -subj /CN=server`);
  const signer = "-CA ca.crt -CAkey ca.key -CAcreateserial";
  await openssl(
    `x509 -req -in request ${signer} -days ${days} -extfile names -out server/public.crt`,
  );
  return {
    folder: `${cwd}/server`,
    authority: `${cwd}/ca.crt`,
    [Symbol.asyncDispose]: () => Deno.remove(cwd, { recursive: true }),
  };
}
