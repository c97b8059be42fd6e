/** What options of several adapters have in common; addresses that keys are appended to. */
import type { OptionSpec } from "../core/storage/mod.ts";
import { parseAddress, shownAddress } from "../core/util/address.ts";
import { BinimportError } from "../core/util/errors.ts";

/** An option that takes a text. */
export function text(placeholder: string, summary: string, more?: Partial<OptionSpec>): OptionSpec {
  return { kind: "text", placeholder, summary, ...more };
}

/** The error "Cannot WHAT" with code `usage`. */
export function usage(what: string, hint: string): BinimportError {
  return new BinimportError("usage", `Cannot ${what}`, { hint });
}

/** The value of an option that has choices, by default the first of them; throws `usage`. */
export function chosen<Choice extends string>(
  option: string,
  choices: readonly [Choice, ...Choice[]],
  given: string | true | undefined,
): Choice {
  const found = given === undefined ? choices[0] : choices.find((one) => one === given);
  if (found !== undefined) return found;
  const hint = `Give one of ${choices.join(", ")}.`;
  throw usage(`use "${given}" for --${option}: unknown value`, hint);
}

/** An address that nodes use, for hints. */
export const SERVED = "http://10.6.170.10:8080/";

/** The address of an option that keys are appended to, with a slash at its end; throws `usage`. */
export function parseBaseUrl(option: string, text: string, example: string): URL {
  const hint = `Write something like ${example}.`;
  const url = parseAddress(text);
  // Not shown when it may hold a password.
  if (url?.username || url?.password || text.includes("@")) {
    throw usage(
      `use --${option}: it holds a user name or password`,
      "An address is printed, and seen in ps; nodes fetch without credentials. Leave them out, or " +
        "give --username and --password-file.",
    );
  }
  if (url === undefined) {
    throw usage(`use --${option}: "${shownAddress(text)}" is no http or https address`, hint);
  }
  if (url.search !== "" || url.hash !== "") {
    throw usage(`use --${option}: "${shownAddress(url)}" has a query or fragment`, hint);
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

/** The address of a key below such a base: escaped, so that `+`, `?`, `#` and `%` arrive. */
export function urlOfKey(base: URL | string, key: string): URL {
  const url = new URL(base);
  // Not relative to the base: a path that begins with "//" would name another server.
  url.pathname += key.split("/").map(encodeURIComponent).join("/");
  return url;
}
