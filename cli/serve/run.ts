/** Runs `binimport serve`. */
import { findBuiltin } from "../../adapters/mod.ts";
import { plainHost } from "../../core/storage/mod.ts";
import { systemState } from "../../core/util/errno.ts";
import { BinimportError, type ErrorCode, messageOf } from "../../core/util/errors.ts";
import {
  accessLine,
  ANY_ADDRESS,
  parseListenAddress,
  readTlsIdentity,
  type RunningServer,
  shownAddress,
  siteHandler,
  startServer,
} from "../../serve/mod.ts";
import { exitStatus, usageError } from "../context.ts";
import { printable } from "../output/mod.ts";
import type { Session } from "../session.ts";

/** Serves until the process is asked to stop; gives the exit status of that. */
export async function runServe(session: Session, folder: string): Promise<number> {
  const { flags, context, signal, report } = session;
  const { json = false, quiet = false, lang: language, listen, port = 8080 } = flags;
  if (listen !== undefined && flags.port !== undefined) {
    throw usageError("Cannot use --listen and --port together", "--listen ADDR:PORT says both.");
  }
  const address = parseListenAddress(listen ?? `:${port}`);
  const tls = await identity(session);
  const root = await realFolder(folder);
  const factory = findBuiltin("nginx-fs");
  if (factory === undefined) throw new Error("the adapter nginx-fs is built in");
  const host = plainHost({ debug: report.debug });
  await using adapter = await factory.open(factory.parse({ root }, host), host);
  const warn = (error: unknown) => report.warn("serve", messageOf(error));
  const log: Parameters<typeof siteHandler>[0]["log"] = (event) => {
    if (json || !quiet) report.result(event, accessLine(event));
  };
  const handler = siteHandler({ root, adapter, language, log, warn }, { signal });
  const server = await startServer(handler, address, tls, warn);
  const urls = addressesOf(server, tls === undefined ? "http" : "https");
  const say = (text: string) => quiet || context.stderr.write(text);
  if (json) report.result({ event: "listening", root, urls }, "");
  else say(`Serving ${printable(root)}\n${urls.map((url) => `  ${url}\n`).join("")}`);
  const { promise: stopped, resolve } = Promise.withResolvers<unknown>();
  signal.addEventListener("abort", resolve, { once: true });
  if (!signal.aborted) await stopped;
  say("Stopping after requests in progress\n");
  await server.stop();
  return exitStatus(signal.reason);
}

async function identity({ flags: { tlsCert, tlsKey }, report }: Session) {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    const missing = tlsCert === undefined ? "--tls-cert" : "--tls-key";
    const hint = "Give both --tls-cert FILE and --tls-key FILE.";
    throw usageError(`Cannot serve over HTTPS: ${missing} is missing`, hint);
  }
  const found = await readTlsIdentity(tlsCert, tlsKey);
  if (found.warning !== undefined) {
    const hint = "Renew the certificate, or set the clock of this host.";
    report.warn("tls-validity", `Clients will refuse to connect: ${found.warning}`, hint);
  }
  return found;
}

/** Without links, so that what leaves it can be told. */
async function realFolder(folder: string): Promise<string> {
  const refuse = (code: ErrorCode, state: string, hint?: string, cause?: unknown) =>
    new BinimportError(code, `Cannot serve ${JSON.stringify(folder)}: ${state}`, { hint, cause });
  try {
    const real = await Deno.realPath(folder);
    if ((await Deno.stat(real)).isDirectory) return real;
  } catch (cause) {
    if (cause instanceof Deno.errors.PermissionDenied) {
      const hint = `Permissions on the way there: namei -l ${folder}`;
      throw refuse("forbidden", "this user cannot enter it", hint, cause);
    }
    if (!(cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory)) {
      throw refuse("unavailable", systemState(cause), undefined, cause);
    }
    const hint = `Import into it first: binimport import PACKAGE… --root ${folder}`;
    throw refuse("not-found", "no such folder", hint, cause);
  }
  throw refuse("not-found", "it is no folder", "Give the folder that holds it.");
}

/** Where other hosts reach this one; the loopback when it has no other address. */
function addressesOf({ address }: RunningServer, scheme: string): string[] {
  const own = Deno.networkInterfaces()
    .filter(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
    .map(({ address }) => address);
  const hosts = address.hostname !== ANY_ADDRESS ? [address.hostname] : own;
  return (hosts.length > 0 ? hosts : ["127.0.0.1"])
    .map((hostname) => `${scheme}://${shownAddress({ ...address, hostname })}/`);
}
