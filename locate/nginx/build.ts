/** What an nginx was built with, as `nginx -V` prints it. */
import type { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";

/** Paths that are built in. */
export interface Build {
  /** `--prefix`. */
  readonly prefix: string;
  /** `--conf-path`; where relative, below the prefix that nginx is started with. */
  readonly confPath: string;
}

const MARK = "configure arguments:";

/**
 * Reads the program's file instead of running it: it might be somebody else's. The line that
 * `nginx -V` prints stands in it as it is.
 *
 * @returns undefined when it cannot be read, or is no nginx
 */
export function buildOf(program: string): Build | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(program);
  } catch {
    return undefined;
  }
  const start = bytes.indexOf(MARK);
  if (start < 0) return undefined;
  const end = bytes.indexOf(0, start);
  return buildIn(bytes.subarray(start, end < 0 ? undefined : end).toString("utf8"));
}

/** What is told by a text with the line that `nginx -V` prints; undefined when it has none. */
export function buildIn(text: string): Build | undefined {
  const line = text.split("\n").find((one) => one.includes(MARK));
  if (line === undefined) return undefined;
  return {
    prefix: option(line, "prefix") ?? "/usr/local/nginx",
    confPath: option(line, "conf-path") ?? "conf/nginx.conf",
  };
}

function option(line: string, name: string): string | undefined {
  const [, quoted, plain] = new RegExp(` --${name}=(?:'([^']*)'|(\\S+))`).exec(line) ?? [];
  return quoted ?? plain;
}
