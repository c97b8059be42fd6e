/** A configuration that was read, and what nginx knows besides its files. */
import { BinimportError } from "../../../core/util/errors.ts";
import type { FileView } from "../../file_view.ts";
import { NoAnswer } from "../../result.ts";
import { type Directive, named, type Scope } from "./directive.ts";
import { listServers, type Server, type Socket, socketTable } from "./listen.ts";
import { readConfiguration } from "./read/mod.ts";

/** An nginx whose configuration is to be read. */
export interface Installation {
  /** The files as this nginx sees them. */
  readonly view: FileView;
  readonly confPath: string;
  /** Where relative paths of `root` and `alias` begin, absolute. */
  readonly prefix: string;
  /** Whether the prefix is only what is usual, not what this nginx was built or started with. */
  readonly prefixAssumed?: boolean;
  /** Whether it is not sure that this nginx is the one meant, as its process cannot be looked at. */
  readonly uncertain?: boolean;
  /** Whether its master is not root's: then `user` does not count. Default: it is. */
  readonly ownUser?: boolean;
  /** What `server_name $hostname` means. */
  readonly hostname?: string;
}

export interface Configuration extends Installation {
  /** The directives outside of all blocks. */
  readonly main: readonly Directive[];
  readonly servers: readonly Server[];
  /** Every socket of a port. */
  readonly socketsOn: (port: number) => readonly Socket[];
  /** Its `map` and `geo` blocks, by their variables. */
  readonly maps: ReadonlyMap<string, Directive>;
}

/** Reads a configuration with all that it includes; throws code `nginx-conf`. */
export async function loadConfiguration(installation: Installation): Promise<Configuration> {
  const { view, confPath, hostname, ownUser } = installation;
  const main = await readConfiguration(view, confPath);
  const [block] = named({ block: main }, "http");
  if (block === undefined) {
    const state = `${JSON.stringify(confPath)} has no http block`;
    const hint = "Give the main configuration file, most often nginx.conf, as --nginx-conf.";
    throw new NoAnswer("no-server", state, hint);
  }
  if (named({ block: main }, "events").length === 0) {
    const hint =
      "nginx itself refuses it without: add events {}, or give the main configuration file.";
    const message = `Cannot read the nginx configuration: ${confPath}: no "events" section`;
    throw new BinimportError("nginx-conf", message, { hint });
  }
  // What a server inherits is looked for once for each directive: not among thousands of servers.
  const http: Scope = {
    block: { ...block, block: block.block?.filter(({ name }) => name !== "server") },
  };
  const maps = [...named(block, "map"), ...named(block, "geo")]
    .map((one) => [(one.args.at(-1) ?? "").slice(1).toLowerCase(), one] as const);
  // The port of a server without `listen` depends on who runs it.
  const servers = listServers(named(block, "server"), http, ownUser ? 8000 : 80, hostname);
  return { ...installation, main, servers, socketsOn: socketTable(servers), maps: new Map(maps) };
}
