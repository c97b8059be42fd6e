/** A host for adapters in a program that has none of its own. */
import { BinimportError } from "../util/errors.ts";
import { refuseUnknown } from "../util/hints.ts";
import type { AdapterHost } from "./adapter.ts";
import { assertKey } from "./key.ts";
import { checkedChunks } from "./put_source.ts";

/** What a plain host takes from its program; by default it knows no variables and is silent. */
export interface PlainHostOptions {
  /** Environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Takes warnings. */
  readonly warn?: AdapterHost["warn"];
  /** Takes lines for debugging. */
  readonly debug?: AdapterHost["debug"];
  /** Takes what is noted about places. Default: as lines for debugging. */
  readonly note?: AdapterHost["note"];
}

/**
 * A host that reads nothing from the process it runs in.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { plainHost } from "binimport";
 *
 * const host = plainHost({ env: { HOME: "/root" }, warn: (code) => console.error(code) });
 * assert(host.env("HOME") === "/root" && host.env("PATH") === undefined);
 * ```
 */
export function plainHost(options: PlainHostOptions = {}): AdapterHost {
  refuseUnknown("make a host", options, ["env", "warn", "debug", "note"]);
  const { env = {}, warn, debug, note } = options;
  return {
    env: (name) => env[name] || undefined,
    warn: warn ?? (() => {}),
    debug: debug ?? (() => {}),
    note: note ?? debug ?? (() => {}),
    error: (code, message, details) => new BinimportError(code, message, details),
    checkKey: assertKey,
    read: checkedChunks,
  };
}
