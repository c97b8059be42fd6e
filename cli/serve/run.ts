/** Runs `binimport serve`. */
import { findBuiltin } from "../../adapters/mod.ts";
import { plainHost, type StorageAdapter } from "../../core/storage/mod.ts";
import { BinimportError, messageOf } from "../../core/util/errors.ts";
import {
  accessLine,
  ANY_ADDRESS,
  type CheckedIdentity,
  parseListenAddress,
  readTlsIdentity,
  type RunningServer,
  shownAddress,
  siteHandler,
  startServer,
} from "../../serve/mod.ts";
import { type Context, exitStatus } from "../context.ts";
import type { Flags } from "../options/mod.ts";
import { printable, type Reporter, reporter } from "../output/mod.ts";

/** What the verb's flags give. */
export interface ServeFlags extends Flags {
  readonly listen: string;
  readonly port?: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** Serves until the process is asked to stop; gives the exit status of that. */
export async function runServe(
  folder: string,
  flags: ServeFlags,
  context: Context,
): Promise<number> {
  using report = reporter(context, flags);
  const { json = false, quiet = false, lang: language } = flags;
  const { signal } = context;
  const address = parseListenAddress(flags.port === undefined ? flags.listen : `:${flags.port}`);
  const tls = await identity(flags, report);
  const root = await realFolder(folder);
  await using adapter = await openFolder(root, report);
  const warn = (error: unknown) => report.warn("serve", messageOf(error));
  const handler = siteHandler({
    root,
    adapter,
    language,
    log: (event) => {
      if (json || !quiet) report.result(event, accessLine(event));
    },
    warn,
  }, { signal });
  const server = await startServer(handler, address, tls, warn);
  const urls = addressesOf(server, tls !== undefined);
  const say = (text: string) => quiet || context.stderr.write(text);
  if (json) report.result({ event: "listening", root, urls }, "");
  else say(`Serving ${printable(root)}\n${urls.map((url) => `  ${url}\n`).join("")}`);
  await aborted(signal);
  say("Stopping after requests in progress\n");
  await server.stop();
  return exitStatus(signal.reason);
}

async function identity(
  { tlsCert, tlsKey }: ServeFlags,
  report: Reporter,
): Promise<CheckedIdentity | undefined> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    const missing = tlsCert === undefined ? "--tls-cert" : "--tls-key";
    throw new BinimportError("usage", `Cannot serve over HTTPS: ${missing} is missing`, {
      hint: "Give both --tls-cert FILE and --tls-key FILE.",
    });
  }
  const found = await readTlsIdentity(tlsCert, tlsKey);
  if (found.warning !== undefined) {
    report.warn(
      "tls-validity",
      `Clients will refuse to connect: ${found.warning}`,
      "Renew the certificate, or set the clock of this host.",
    );
  }
  return found;
}

/** Without links, so that what leaves it can be told. */
async function realFolder(folder: string): Promise<string> {
  const what = `Cannot serve ${JSON.stringify(folder)}`;
  try {
    const real = await Deno.realPath(folder);
    if ((await Deno.stat(real)).isDirectory) return real;
  } catch (cause) {
    if (cause instanceof Deno.errors.PermissionDenied) {
      const hint = `Permissions on the way there: namei -l ${folder}`;
      throw new BinimportError("forbidden", `${what}: this user cannot enter it`, { cause, hint });
    }
    if (!(cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory)) {
      throw new BinimportError("unavailable", `${what}: ${messageOf(cause)}`, { cause });
    }
  }
  throw new BinimportError("not-found", `${what}: no such folder`, {
    hint: `Import into it first: binimport import PACKAGE… --root ${folder}`,
  });
}

async function openFolder(root: string, { debug }: Reporter): Promise<StorageAdapter> {
  const factory = findBuiltin("nginx-fs");
  if (factory === undefined) throw new Error("the adapter nginx-fs is built in");
  const host = plainHost({ debug });
  return await factory.open(factory.parse({ root }, host), host);
}

/** Where other hosts reach this one; the loopback when it has no other address. */
function addressesOf({ address }: RunningServer, isTls: boolean): string[] {
  const own = Deno.networkInterfaces()
    .filter(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
    .map(({ address }) => address);
  const hosts = address.hostname !== ANY_ADDRESS
    ? [address.hostname]
    : own.length > 0
    ? own
    : ["127.0.0.1"];
  return hosts.map((hostname) =>
    `${isTls ? "https" : "http"}://${shownAddress({ ...address, hostname })}/`
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
