/** A block whose directives are being read, with what nginx compares the next one with. */
import type { Source } from "../../../config_text.ts";
import { type Directive, type Location, locationOf } from "../directive.ts";
import type { Context } from "./commands.ts";

export interface Block {
  readonly of: Directive;
  readonly directives: Directive[];
  kept: boolean;
  /** Undefined in blocks with directives of their own, such as `types`: nothing is checked there. */
  readonly context: Context | undefined;
  /** Of a `location`; of an `if` and `limit_except` that of the location around them. */
  readonly location: Location | undefined;
  /** Locations, and the directives that may stand only once. */
  readonly seen: Set<string>;
  /** What is compared in all of the configuration. */
  readonly whole: {
    /** By `address:port`, what the `listen` so far have said; `last` is the last one's block. */
    readonly sockets: Map<
      string,
      { isDefault: boolean; hasOptions: boolean; servers: number; last?: Block }
    >;
    /** What directives or groups make: `$variable`, `upstream NAME`, `log_format NAME`. */
    readonly made: Set<string>;
    /** Whether a directive of a module that is not nginx's own stood there. */
    isForeign: boolean;
    /** What nginx finds out only when it has read the http block; no text: no mistake after all. */
    readonly late: { found: Found; mistake(): string | undefined; hint?: string }[];
  };
}

/** A directive, where it stands. */
export interface Found {
  readonly source: Source;
  readonly directive: Directive;
  readonly block: Block;
  /** Its own block, where `{` ended it and not `;`. */
  readonly inner: Block | undefined;
  readonly start: number;
  readonly end: number;
  /** Whether no word holds what variables and groups are written with. */
  readonly isPlain: boolean;
}

export function mainBlock(): Block {
  const directives: Directive[] = [];
  return {
    of: { name: "", args: [], file: "", line: 0, block: directives },
    directives,
    kept: true,
    context: "M",
    location: undefined,
    seen: new Set(),
    whole: {
      sockets: new Map(),
      made: new Set(["log_format combined"]),
      isForeign: false,
      late: [],
    },
  };
}

const INSIDE: Readonly<Partial<Record<Context, Readonly<Record<string, Context>>>>> = {
  M: { events: "E", http: "H" },
  H: { server: "S", upstream: "U", map: "m", geo: "g", split_clients: "p" },
  S: { location: "L", if: "s" },
  L: { location: "L", if: "l", limit_except: "x" },
};

export function blockIn(outer: Block, of: Directive, directives: Directive[]): Block {
  const context = outer.context && INSIDE[outer.context]?.[of.name];
  const kept = outer.kept && context !== undefined && context !== "E";
  const location = context === "L" ? locationOf(of) : outer.location;
  return { ...outer, of, directives, kept, context, location, seen: new Set() };
}

/** Notes what may stand only once; gives whether it stood there before. */
export function isSecond(seen: Set<string>, key: string): boolean {
  return seen.size === seen.add(key).size;
}
