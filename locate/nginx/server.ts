/** `server` blocks. */
import type { ServerPlace } from "../answer.ts";
import { toText } from "../bytes.ts";
import { type Directive, named } from "./directive.ts";
import { type Listen, listensOf } from "./listen.ts";
import { type Scope, scopeIn } from "./scope.ts";

/** A `server` block. */
export interface Server {
  readonly directive: Directive;
  readonly scope: Scope;
  readonly listens: readonly Listen[];
  /** In lower case, as bytes; regular expressions as they are, with their `~`. */
  readonly names: readonly string[];
}

/**
 * The servers of an http block, in their order.
 *
 * @param defaultPort the port of a server without `listen`
 * @param hostname what `server_name $hostname` means
 */
export function listServers(
  http: Scope,
  defaultPort: number,
  hostname: string | undefined,
): Server[] {
  return named(http.block.block ?? [], "server").map((directive) => ({
    directive,
    scope: scopeIn(http, directive),
    listens: listensOf(directive, defaultPort),
    names: named(directive.block ?? [], "server_name").flatMap(({ args }) => args)
      .map((name) => name.toLowerCase() === "$hostname" ? hostname ?? name : name)
      .map((name) => name.startsWith("~") ? name : name.toLowerCase()),
  }));
}

/** `server` with its names, as people call it. */
export function serverText({ names }: Server): string {
  return ["server", ...names.map(toText)].join(" ");
}

/** The server, for an answer. */
export function serverPlace({ directive: { file, line }, names }: Server): ServerPlace {
  return { file, line, names: names.map(toText) };
}
