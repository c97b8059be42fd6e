/** Which location answers, as `ngx_http_core_find_location` decides it. */
import type { LocationPlace } from "../../result.ts";
import {
  type Directive,
  type Location,
  locationOf,
  locationText,
  named,
  type Scope,
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

function foundIn(outer: Scope, location: Location, isFinal = false): FoundLocation {
  return { location, scope: { block: location.directive, outer }, redirect: false, isFinal };
}

export function namedLocation(server: Scope, name: string): FoundLocation | undefined {
  const location = locationsIn(server.block)
    .find((one) => one.modifier === "@" && `@${one.name}` === name);
  return location && foundIn(server, location);
}

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
  const inPrefix = prefix && (findLocation(prefix.scope, request) ?? prefix);
  if (inPrefix?.isFinal || prefix?.location.modifier === "^~") return inPrefix;
  const location = locations.find(({ modifier, name: source, directive: place }) => {
    const regex = { source, caseless: modifier === "~*", place };
    return modifier.startsWith("~") && testRegex(request, regex, request.uri);
  });
  if (location === undefined) return inPrefix;
  const found = foundIn(level, location);
  return { ...findLocation(found.scope, request) ?? found, isFinal: true };
}

function longestPrefix(
  level: Scope,
  locations: readonly Location[],
  uri: string,
): FoundLocation | undefined {
  const exact = locations.find(({ modifier, name }) => modifier === "=" && name === uri);
  if (exact !== undefined) return foundIn(level, exact, true);
  let slashed: Location | undefined;
  let longest: Location | undefined;
  for (const one of locations) {
    const { modifier, name, directive: { block = [] } } = one;
    if (!["", "^~", "="].includes(modifier)) continue;
    // What passes requests on redirects `/x` to its own `/x/`.
    const isSlashed = name === `${uri}/` && block.some((inner) => inner.name.endsWith("_pass"));
    if (isSlashed) slashed ??= one;
    if (modifier === "=" || !uri.startsWith(name)) continue;
    if (longest === undefined || name.length > longest.name.length) longest = one;
  }
  if (slashed !== undefined && longest?.name !== uri) {
    return { ...foundIn(level, slashed, true), redirect: true };
  }
  return longest && foundIn(level, longest);
}

function locationsIn(block: Directive): Location[] {
  return named(block, "location").flatMap((one) => locationOf(one) ?? []);
}
