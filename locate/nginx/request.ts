/** A GET on its way through a configuration: what is known of it so far. */
import type { Trace } from "../answer.ts";
import { toText } from "../bytes.ts";
import { NoAnswer } from "../no_answer.ts";
import type { WebAddress } from "../web_address.ts";
import type { Family } from "./access_rules.ts";
import type { Configuration } from "./configuration.ts";
import type { ExpectedFile } from "./expected_file.ts";
import { type Match, type Pattern, pcre, UndecidedMatch } from "./pcre.ts";
import { type Place, placeText } from "../source.ts";

/** The state of a request. */
export interface Request {
  readonly configuration: Configuration;
  readonly address: WebAddress;
  readonly trace: Trace;
  /** The kinds of addresses that clients can have on the sockets it may come by. */
  families: readonly Family[];
  /** The URI that locations match, as bytes. */
  uri: string;
  /** What the last regular expression matched; `$1` and so on. */
  captures: Match | undefined;
  /** Variables that `set` and named groups gave a value; undefined when it cannot be told. */
  readonly variables: Map<string, string | undefined>;
  /** The file that is going to be written, for conditions that ask for files. */
  readonly expected: ExpectedFile;
  /** Whether nginx itself redirected it: such a request may enter `internal` locations. */
  internal: boolean;
}

/** A regular expression of a configuration. */
export interface Regex {
  readonly source: string;
  readonly caseless: boolean;
  /** Where it stands. */
  readonly place: Place;
}

/**
 * Whether it matches; if so its groups are what `$1` means from now on. Throws {@linkcode NoAnswer}
 * for an expression that cannot be translated.
 */
export function testRegex(request: Request, regex: Regex, subject: string): boolean {
  const match = matchOf(compiled(request, regex), regex, subject);
  if (match === undefined) return false;
  request.captures = match;
  for (const [name, value] of match.named) {
    request.variables.set(name, match.exact ? value : undefined);
  }
  return true;
}

/** As {@linkcode testRegex} for `if` and `rewrite`: there `$1` is empty after one that fails. */
export function testRewriting(request: Request, regex: Regex, subject: string): boolean {
  const matched = testRegex(request, regex, subject);
  if (!matched) request.captures = undefined;
  return matched;
}

function compiled({ configuration }: Request, { source, caseless, place }: Regex): Pattern {
  const key = `${caseless ? "i" : ""}/${source}`;
  const pattern = configuration.patterns.get(key) ?? pcre(source, caseless);
  configuration.patterns.set(key, pattern);
  if ("refused" in pattern) throw undecided({ source, place }, pattern.refused);
  return pattern;
}

function matchOf(pattern: Pattern, regex: Regex, subject: string): Match | undefined {
  try {
    return pattern.match(subject);
  } catch (error) {
    throw error instanceof UndecidedMatch ? undecided(regex, error.message) : error;
  }
}

function undecided({ source, place }: Pick<Regex, "source" | "place">, reason: string): NoAnswer {
  return new NoAnswer(
    "unclear",
    `whether "~ ${toText(source)}" at ${placeText(place)} matches cannot be decided: ${reason}`,
    "Give the folder with --root DIR.",
  );
}
