/** mod_rewrite and mod_redirect: lists of expressions, the first of which that matches counts. */
import { normalize } from "node:path";
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { NoAnswer, noteStep, type Trace, type WebAddress } from "../../result.ts";
import { matchOf } from "../pcre/mod.ts";
import { taken } from "../server.ts";
import { entriesOf, type Setting, textOf } from "./settings.ts";

interface Rule {
  /** `url.rewrite-once for "^/x" at FILE:LINE`. */
  readonly what: string;
  readonly replacement: string;
  readonly groups: readonly string[];
}

/** With a path as rules see it: as `burl_normalize` leaves it by default. */
function normalized(address: WebAddress): WebAddress {
  const decoded = address.path.replace(/%([0-9a-f]{2})/gi, (all, pair) => {
    const char = String.fromCharCode(parseInt(pair, 16));
    return /[\w.~/-]/.test(char) ? char : all.toUpperCase();
  });
  return { ...address, path: normalize(decoded) };
}

/** The rule of a setting for a request, if there is one. */
export function ruleFor(setting: Setting, { path, query }: WebAddress): Rule | undefined {
  const subject = query === "" ? path : `${path}?${query}`;
  for (const { key = "", value } of entriesOf(setting.value)) {
    const match = matchOf(key, subject, setting);
    if (match === undefined) continue;
    const replacement = textOf(value);
    const what = `${setting.key} for "${toText(key)}" at ${placeText(setting)}`;
    // Without a replacement, it keeps those behind it from being looked at.
    return replacement === "" ? undefined : { what, replacement, groups: match.groups };
  }
  return undefined;
}

/** As many rounds as lighttpd goes. */
const MAX_ROUNDS = 100;

/**
 * The request that `url.rewrite-once` and its kin make of one. `settingsFor` is asked anew for each,
 * as lighttpd looks at conditions again. Throws {@linkcode NoAnswer}.
 */
export function rewritten(
  address: WebAddress,
  settingsFor: (address: WebAddress) => ReadonlyMap<string, Setting>,
  trace: Trace,
): WebAddress {
  let current = normalized(address);
  for (let round = 0; round <= MAX_ROUNDS; round++) {
    // Not those for files that are not there: the file asked for counts as there.
    const settings = [...settingsFor(current).values()]
      .filter(({ key }) => /^url\.rewrite(?:-once|-final|-repeat)?$/.test(key));
    const rule = settings.map((one) => ruleFor(one, current)).find((one) => one !== undefined);
    const [setting] = settings;
    if (rule === undefined || setting === undefined) return current;
    const target = settings.length === 1 ? filled(rule) : undefined;
    if (target === undefined) throw taken("rewrite", rule.what);
    const [path = "", query = ""] = target.split(/\?(.*)/s, 2);
    noteStep(trace, `${setting.key}: goes on with ${toText(target)}`, setting);
    current = normalized({ ...current, path, query });
    if (setting.key !== "url.rewrite-repeat") return current;
  }
  const state = `lighttpd rewrites it more than ${MAX_ROUNDS} times, and then gives up`;
  throw new NoAnswer("rewrite", state, "Use url.rewrite-once instead of url.rewrite-repeat.");
}

/** The target with its groups; undefined where a condition's groups, or parts of the URL, are in it. */
function filled({ replacement, groups }: Rule): string | undefined {
  if (/%[\d{]|\$\{/.test(replacement)) return undefined;
  const target = replacement.replace(/\$(\d)|([$%])\2/g, (_, i, sign) => sign ?? groups[i] ?? "");
  return target.startsWith("/") ? target : undefined;
}
