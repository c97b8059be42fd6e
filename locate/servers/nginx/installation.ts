/** A configuration that was read, and what nginx knows besides its files. */
import { Buffer } from "node:buffer";
import { BinimportError } from "../../../core/util/errors.ts";
import { type FileView, Unreadable } from "../../file_view.ts";
import { NoAnswer } from "../../result.ts";
import { listServers, type Server } from "./listen.ts";
import { readConfiguration } from "./parser.ts";
import { type Directive, named, type Scope } from "./directive.ts";
import type { Pattern } from "./pcre/mod.ts";

/** An nginx whose configuration is to be read. */
export interface Installation {
  /** The files as this nginx sees them. */
  readonly view: FileView;
  /** The main configuration file, absolute. */
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

/** The port of a server without `listen`. */
function defaultPort({ ownUser }: Installation): number {
  return ownUser ? 8000 : 80;
}

/** A configuration, ready to be asked. */
export interface Configuration extends Installation {
  /** The directives outside of all blocks. */
  readonly main: readonly Directive[];
  /** The http block. */
  readonly http: Scope;
  /** Its servers, in their order. */
  readonly servers: readonly Server[];
  /** Regular expressions that were translated, by flags and source. */
  readonly patterns: Map<string, Pattern | { readonly refused: string }>;
}

/** Reads a configuration with all that it includes; throws code `nginx-conf`. */
export async function loadConfiguration(installation: Installation): Promise<Configuration> {
  const { view, confPath, hostname } = installation;
  const main = await readConfiguration(view, confPath);
  const [block] = named(main, "http");
  if (block === undefined) {
    throw new NoAnswer(
      "no-server",
      `${JSON.stringify(confPath)} has no http block`,
      "Give the main configuration file, most often nginx.conf, as --nginx-conf.",
    );
  }
  if (named(main, "events").length === 0) throw noEvents(confPath);
  const http: Scope = { block };
  const servers = listServers(http, defaultPort(installation), hostname);
  return { ...installation, main, http, servers, patterns: new Map() };
}

function noEvents(confPath: string): BinimportError {
  return new BinimportError(
    "nginx-conf",
    `Cannot read the nginx configuration: ${confPath}: no "events" section`,
    {
      hint: "nginx itself refuses it without: add events {}, or give the main configuration file.",
    },
  );
}

/** A printed configuration. */
export interface Dump {
  /** The main file, which is printed first. */
  readonly confPath: string;
  /** The files in it. Nothing is known of others. */
  readonly view: FileView;
}

const HEADER = /^# configuration file (\/.*):$/gm;

/** What nginx says besides, where its standard error went into the same file. */
const CHATTER = /^(?:nginx: .*\n)*$/;

/** Reads what `nginx -T` printed; undefined for a configuration file of the usual kind. */
export function parseDump(bytes: Uint8Array): Dump | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const headers = [...text.matchAll(HEADER)];
  const [first] = headers;
  if (first === undefined || !CHATTER.test(text.slice(0, first.index))) return undefined;
  const files = new Map(headers.map((header, i) => {
    // nginx adds a line feed behind each file.
    const end = headers[i + 1]?.index ?? text.length;
    const content = text.slice(header.index + header[0].length + 1, end).replace(/\n$/, "");
    return [Buffer.from(header[1] ?? "", "latin1").toString("utf8"), content];
  }));
  const [confPath = ""] = files.keys();
  return { confPath, view: viewOf(files) };
}

function viewOf(files: ReadonlyMap<string, string>): FileView {
  return {
    read(path) {
      const content = files.get(path);
      if (content !== undefined) return Promise.resolve(Buffer.from(content, "latin1"));
      return Promise.reject(
        new Unreadable("the printed configuration does not hold it", "Print all of nginx -T."),
      );
    },
    names(folder) {
      const start = folder === "/" ? "/" : `${folder}/`;
      const below = [...files.keys()].filter((path) => path.startsWith(start));
      return Promise.resolve([
        ...new Set(below.map((path) => path.slice(start.length).replace(/\/.*$/s, ""))),
      ]);
    },
    kind: (path) => Promise.resolve(files.has(path) ? "file" : undefined),
    realpath: () => Promise.resolve(undefined),
  };
}
