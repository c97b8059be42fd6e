/** From the path in a request to the URI that locations match, as `ngx_http_parse_complex_uri`. */

const HEX_PAIR = /^[0-9a-f]{2}$/i;

/**
 * Decodes a path, resolves `.` and `..` and, where `merge_slashes` is on, merges slashes. A slash
 * that was `%2f` counts like any other; `%25`, `%23` and `%3f` stand for themselves.
 *
 * @param path as it was sent, beginning with `/`
 * @returns bytes; undefined where nginx answers 400: a bad `%`, a NUL, `..` above the root
 */
export function decodeUri(path: string, mergeSlashes: boolean): string | undefined {
  const decoded = decode(path);
  return decoded === undefined ? undefined : resolveDots(decoded, mergeSlashes);
}

function decode(path: string): string | undefined {
  let decoded = "";
  for (let i = 0; i < path.length; i++) {
    const char = path.charAt(i);
    if (char !== "%") {
      decoded += char;
      continue;
    }
    const pair = path.slice(i + 1, i + 3);
    if (!HEX_PAIR.test(pair) || pair === "00") return undefined;
    decoded += String.fromCharCode(parseInt(pair, 16));
    i += 2;
  }
  return decoded;
}

/** One `..` takes away one component; without merging, an empty one between slashes is one too. */
function resolveDots(path: string, mergeSlashes: boolean): string | undefined {
  const kept: string[] = [];
  const parts = path.split("/").slice(1);
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    if (part === "..") {
      if (kept.pop() === undefined) return undefined;
    } else if (part !== "." && (part !== "" || !mergeSlashes)) {
      kept.push(part);
      continue;
    }
    if (last && (part !== "" || mergeSlashes)) kept.push("");
  }
  return `/${kept.join("/")}`;
}
