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
  /** Whether outer levels have nothing more to say: it matched exactly or by an expression. */
  readonly isFinal: boolean;
}

/** The location `@name`. */
export function namedLocation(server: Scope, name: string): FoundLocation | undefined {
  const location = locationsIn(server.block)
    .find((one) => one.modifier === "@" && `@${one.name}` === name);
  return location && foundIn(server, location);
}

/** The location, for an answer. */
export function locationPlace(location: Location): LocationPlace {
  const { file, line } = location.directive;
  return { file, line, match: locationText(location) };
}

/**
 * The location for the request's URI, innermost; undefined when none matches. On each level the
 * exact or longest prefix and what is nested in it; unless that was `^~` or final, the level's
 * expressions in their order, with what is nested in them.
 */
export function findLocation(level: Scope, request: Request): FoundLocation | undefined {
  const locations = locationsIn(level.block);
  const prefix = longestPrefix(level, locations, request.uri);
  if (prefix?.isFinal) return prefix;
  const inPrefix = prefix && deeper(prefix, request);
  if (inPrefix?.isFinal || prefix?.location.modifier === "^~") return inPrefix;
  for (const location of locations) {
    const { modifier, name: source, directive: place } = location;
    if (modifier !== "~" && modifier !== "~*") continue;
    const regex = { source, caseless: modifier === "~*", place };
    if (testRegex(request, regex, request.uri)) {
      return { ...deeper(foundIn(level, location), request), isFinal: true };
    }
  }
  return inPrefix;
}

/** A location, or what is nested in it and fits better. */
function deeper(found: FoundLocation, request: Request): FoundLocation {
  return findLocation(found.scope, request) ?? found;
}

function foundIn(level: Scope, location: Location): FoundLocation {
  const scope = scopeIn(level, location.directive);
  return { location, scope, redirect: false, isFinal: false };
}

function longestPrefix(
  level: Scope,
  locations: readonly Location[],
  uri: string,
): FoundLocation | undefined {
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
  if (exact !== undefined) return { ...foundIn(level, exact), isFinal: true };
  if (slashed !== undefined && longest?.name !== uri) {
    return { ...foundIn(level, slashed), redirect: true, isFinal: true };
  }
  return longest && foundIn(level, longest);
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
