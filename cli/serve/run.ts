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
  type Site,
  siteHandler,
  startServer,
} from "../../serve/mod.ts";
import { type Context, exitStatus } from "../context.ts";
import { type OutputFlags, outputOptions } from "../options/mod.ts";
import { printable, type Reporter, reporter } from "../output/mod.ts";

/** Serves until the process is asked to stop; gives the exit status of that. */
export async function runServe(
  folder: string,
  flags: ServeFlags,
  context: Context,
): Promise<number> {
  using report = reporter(context, outputOptions(flags));
  const address = parseListenAddress(flags.port === undefined ? flags.listen : `:${flags.port}`);
  const tls = await identity(flags, report);
  const root = await realFolder(folder);
  await using adapter = await openFolder(root, report);
  const served = site(root, adapter, flags, report);
  const handler = siteHandler(served, { signal: context.signal });
  const server = await startServer(handler, address, tls, served.warn);
  printListening(server, root, tls !== undefined, flags, context, report);
  await asked(context.signal);
  if (!flags.quiet) context.stderr.write("Stopping when the answers under way are finished\n");
  await server.stop();
  return exitStatus(context.signal.reason);
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
    report.emit({
      event: "warning",
      code: "tls-validity",
      message: `Clients will refuse to connect: ${found.warning}`,
      hint: "Have a new certificate made, or set the clock of this host.",
    });
  }
  return found;
}

/** Without links, so that what leaves it can be told. */
async function realFolder(folder: string): Promise<string> {
  try {
    const real = await Deno.realPath(folder);
    if ((await Deno.stat(real)).isDirectory) return real;
  } catch (cause) {
    if (cause instanceof Deno.errors.PermissionDenied) {
      throw new BinimportError(
        "forbidden",
        `Cannot serve ${JSON.stringify(folder)}: this user may not enter it`,
        { cause, hint: `Permissions on the way there: namei -l ${folder}` },
      );
    }
    if (!(cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory)) {
      throw new BinimportError(
        "unavailable",
        `Cannot serve ${JSON.stringify(folder)}: ${messageOf(cause)}`,
        { cause },
      );
    }
  }
  throw new BinimportError("not-found", `Cannot serve ${JSON.stringify(folder)}: no such folder`, {
    hint: `Fill it first: binimport import PACKAGE… --root ${folder}`,
  });
}

async function openFolder(
  root: string,
  report: Reporter,
): Promise<StorageAdapter> {
  const factory = findBuiltin("nginx-fs");
  if (factory === undefined) throw new Error("the adapter nginx-fs is not built in");
  const host = plainHost({ debug: report.debug });
  return await factory.open(factory.parse({ root }, host), host);
}

function site(
  root: string,
  adapter: StorageAdapter,
  { quiet, json, lang }: ServeFlags,
  report: Reporter,
): Site {
  const silent = quiet === true && json !== true;
  return {
    root,
    adapter,
    language: lang,
    log: (event) => {
      if (!silent) report.result(event, accessLine(event));
    },
    warn: (error) => report.emit({ event: "warning", code: "serve", message: messageOf(error) }),
  };
}

function printListening(
  { address }: RunningServer,
  root: string,
  tls: boolean,
  { json, quiet }: ServeFlags,
  { stderr }: Context,
  report: Reporter,
): void {
  const scheme = tls ? "https" : "http";
  const hosts = address.hostname === ANY_ADDRESS ? ownAddresses() : [address.hostname];
  const urls = hosts.map((hostname) => `${scheme}://${shownAddress({ ...address, hostname })}/`);
  if (json) report.result({ event: "listening", root, urls }, "");
  else if (!quiet) {
    stderr.write(`Serving ${printable(root)}\n${urls.map((url) => `  ${url}\n`).join("")}`);
  }
}

/** Where other hosts reach this one; the loopback when it has no other address. */
function ownAddresses(): string[] {
  const addresses = Deno.networkInterfaces()
    .filter(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
    .map(({ address }) => address);
  return addresses.length > 0 ? addresses : ["127.0.0.1"];
}

/** Settles when the process is asked to stop. */
function asked(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Values of its flags as the parser gives them. */
export type ServeFlags = OutputFlags & {
  readonly listen: string;
  readonly port?: number;
  readonly lang?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
};
