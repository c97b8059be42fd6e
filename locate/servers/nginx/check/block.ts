/** A block whose directives are being read, with what nginx compares the next one with. */
import type { Directive } from "../directive.ts";
import { type Location, locationOf } from "../location_block.ts";
import type { Context } from "./commands.ts";

/** Makes the error for a directive; the reason is in nginx's own words. */
export type Refuse = (reason: string, hint?: string) => Error;

export interface Block {
  /** Undefined in blocks with directives of their own, such as `types`: nothing is checked there. */
  readonly context: Context | undefined;
  /** Of a `location`; of an `if` and `limit_except` that of the location around them. */
  readonly location?: Location;
  /** The directives that may stand only once, `root` and `alias` among them. */
  seen?: Set<string>;
  /** What is known of the whole configuration. */
  readonly whole: Whole;
}

/** What is compared across blocks. */
export interface Whole {
  /** By `address:port`: whether a `listen` was its default server, whether one had options. */
  readonly sockets: Map<
    string,
    { default: boolean; options: boolean; readonly blocks: Set<Block> }
  >;
  /** Names of variables that a directive or a group of an expression makes, in lower case. */
  readonly variables: Set<string>;
  /** What nginx finds out only when it has read the http block, in that order. */
  readonly late: (() => Error | undefined)[];
}

/** The block around all others. */
export function mainBlock(): Block {
  const whole: Whole = { sockets: new Map(), variables: new Set<string>(), late: [] };
  return { context: "M", whole };
}

const INSIDE: Readonly<Partial<Record<Context, Readonly<Record<string, Context>>>>> = {
  M: { events: "E", http: "H" },
  H: { server: "S" },
  S: { location: "L", if: "s" },
  L: { location: "L", if: "l", limit_except: "x" },
};

/** The block of a directive. */
export function blockIn({ context, location, whole }: Block, directive: Directive): Block {
  const inner = context === undefined ? undefined : INSIDE[context]?.[directive.name];
  const own = inner === "L" ? locationOf(directive) : location;
  return {
    context: inner,
    whole,
    ...(own === undefined ? {} : { location: own }),
  };
}

/** Notes what may stand only once; gives whether it stood there before. */
export function isSecond(block: Block, key: string): boolean {
  block.seen ??= new Set();
  if (block.seen.has(key)) return true;
  block.seen.add(key);
  return false;
}
