/** Which location answers, as `ngx_http_core_find_location` decides it. */
import type { LocationPlace } from "../../result.ts";
import {
  type Directive,
  type Location,
  locationOf,
  locationText,
  named,
  type Scope,
  scopeIn,
} from "./directive.ts";
import { type Request, testRegex } from "./request.ts";

export interface FoundLocation {
  readonly location: Location;
  readonly scope: Scope;
  /** Whether nginx redirects `/x` to the `/x/` of this location. */
  readonly redirect: boolean;
}

/** The location for the request's URI, innermost; undefined when none matches. */
export function findLocation(server: Scope, request: Request): FoundLocation | undefined {
  return search(server, request)?.found;
}

/** The location `@name`. */
export function namedLocation(server: Scope, name: string): FoundLocation | undefined {
  const location = locationsIn(server.block)
    .find((one) => one.modifier === "@" && `@${one.name}` === name);
  return location && { location, scope: scopeIn(server, location.directive), redirect: false };
}

/** The location, for an answer. */
export function locationPlace(location: Location): LocationPlace {
  const { file, line } = location.directive;
  return { file, line, match: locationText(location) };
}

interface Result {
  readonly found: FoundLocation;
  /** Whether outer levels have nothing more to say: it matched exactly or by an expression. */
  readonly final: boolean;
}

/**
 * One level: the exact or longest prefix and what is nested in it; unless that was `^~` or final,
 * the level's expressions in their order, with what is nested in them.
 */
function search(level: Scope, request: Request): Result | undefined {
  const locations = locationsIn(level.block);
  const prefix = longestPrefix(locations, request.uri);
  if (prefix?.final) return result(level, prefix.location, prefix);
  const inPrefix = prefix && deeper(level, prefix.location, request);
  if (inPrefix?.final || prefix?.location.modifier === "^~") return inPrefix;
  for (const location of locations) {
    const { modifier, name: source, directive: place } = location;
    if (modifier !== "~" && modifier !== "~*") continue;
    const regex = { source, caseless: modifier === "~*", place };
    if (testRegex(request, regex, request.uri)) {
      return { found: deeper(level, location, request).found, final: true };
    }
  }
  return inPrefix;
}

/** A location, or what is nested in it and fits better. */
function deeper(level: Scope, location: Location, request: Request): Result {
  const here = result(level, location, { redirect: false, final: false });
  return search(here.found.scope, request) ?? here;
}

interface Kind {
  readonly redirect: boolean;
  readonly final: boolean;
}

function result(level: Scope, location: Location, { redirect, final }: Kind): Result {
  return { found: { location, scope: scopeIn(level, location.directive), redirect }, final };
}

function longestPrefix(
  locations: readonly Location[],
  uri: string,
): { readonly location: Location } & Kind | undefined {
  let exact: Location | undefined;
  let slashed: Location | undefined;
  let longest: Location | undefined;
  for (const one of locations) {
    const { modifier, name } = one;
    if (modifier !== "" && modifier !== "^~" && modifier !== "=") continue;
    if (modifier === "=" && name === uri) exact ??= one;
    if (name === `${uri}/` && redirects(one)) slashed ??= one;
    if (modifier === "=" || !uri.startsWith(name)) continue;
    if (longest === undefined || name.length > longest.name.length) longest = one;
  }
  if (exact !== undefined) return { location: exact, redirect: false, final: true };
  if (slashed !== undefined && longest?.name !== uri) {
    return { location: slashed, redirect: true, final: true };
  }
  return longest && { location: longest, redirect: false, final: false };
}

/** What passes requests on redirects `/x` to its own `/x/`. */
function redirects({ directive: { block = [] } }: Location): boolean {
  return block.some(({ name }) => name.endsWith("_pass"));
}

/** Asked again for each key of a base URL. */
const cache = new WeakMap<Directive, readonly Location[]>();

function locationsIn(block: Directive): readonly Location[] {
  const known = cache.get(block) ??
    named(block, "location").flatMap((one) => locationOf(one) ?? []);
  cache.set(block, known);
  return known;
}
