/** A block whose directives are being read, with what nginx compares the next one with. */
import type { Source } from "../../../config_text.ts";
import { type Directive, type Location, locationOf } from "../directive.ts";
import type { Context } from "./commands.ts";

export interface Block {
  /** The directive that it belongs to. */
  readonly of: Directive;
  /** What stands in it so far, if it is kept. */
  readonly directives: Directive[];
  kept: boolean;
  /** Undefined in blocks with directives of their own, such as `types`: nothing is checked there. */
  readonly context: Context | undefined;
  /** Of a `location`; of an `if` and `limit_except` that of the location around them. */
  readonly location: Location | undefined;
  /** Whether a `root` or `alias` stood there. */
  base: "root" | "alias" | undefined;
  /** Locations, and the directives that may stand only once. */
  seen: Set<string> | undefined;
  /** What is known of the whole configuration. */
  readonly whole: Whole;
}

/** What is compared across blocks. */
interface Whole {
  /** By `address:port`: whether a `listen` was its default server, whether one had options. */
  readonly sockets: Map<
    string,
    { isDefault: boolean; hasOptions: boolean; readonly blocks: Set<Block> }
  >;
  /** What directives or groups of expressions make: `$variable` and `upstream NAME`, in lower case. */
  readonly made: Set<string>;
  /** Whether a directive of a module that is not nginx's own stood there. */
  isForeign: boolean;
  /** What nginx finds out only when it has read the http block, in that order. */
  readonly late: Late[];
}

interface Late {
  readonly found: Found;
  /** In nginx's own words; undefined where it is none after all. */
  mistake(): string | undefined;
  readonly hint?: string;
}

/** A directive, where it stands. */
export interface Found {
  readonly source: Source;
  readonly directive: Directive;
  readonly block: Block;
  /** Its own block, where `{` ended it and not `;`. */
  readonly inner: Block | undefined;
  /** The offset of its first character. */
  readonly start: number;
  /** The offset behind what ended it. */
  readonly end: number;
  /** Whether no word holds what variables and groups are written with. */
  readonly isPlain: boolean;
}

/** The block around all others. */
export function mainBlock(): Block {
  const directives: Directive[] = [];
  return {
    of: { name: "", args: [], file: "", line: 0, block: directives },
    directives,
    kept: true,
    context: "M",
    location: undefined,
    base: undefined,
    seen: undefined,
    whole: { sockets: new Map(), made: new Set(), isForeign: false, late: [] },
  };
}

const INSIDE: Readonly<Partial<Record<Context, Readonly<Record<string, Context>>>>> = {
  M: { events: "E", http: "H" },
  H: { server: "S", upstream: "U", map: "m", geo: "g", split_clients: "p" },
  S: { location: "L", if: "s" },
  L: { location: "L", if: "l", limit_except: "x" },
};

/** The block of a directive. */
export function blockIn(outer: Block, of: Directive, directives: Directive[]): Block {
  const context = outer.context && INSIDE[outer.context]?.[of.name];
  return {
    of,
    directives,
    kept: outer.kept && context !== undefined && context !== "E",
    context,
    location: context === "L" ? locationOf(of) : outer.location,
    base: undefined,
    seen: undefined,
    whole: outer.whole,
  };
}

/** Notes what may stand only once; gives whether it stood there before. */
export function isSecond(block: Block, key: string): boolean {
  const seen = block.seen ??= new Set();
  if (seen.has(key)) return true;
  seen.add(key);
  return false;
}
