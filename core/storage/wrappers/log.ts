/** A line for each call, for `--verbose`. */
import { messageOf } from "../../util/errors.ts";
import type { StorageAdapter } from "../adapter.ts";
import { aroundCalls } from "./delegate.ts";

/**
 * The adapter with a line to `debug` for each call: what, key, bytes, milliseconds, and the error's
 * message when it failed. Nothing else of it is told, so no credential can be.
 */
export function logCalls(inner: StorageAdapter, debug: (line: string) => void): StorageAdapter {
  return aroundCalls(inner, async ({ name, key, source }, run) => {
    const begun = performance.now();
    const about = (key === undefined ? "" : ` ${JSON.stringify(key)}`) +
      (source === undefined ? "" : ` of ${source.size} bytes`);
    const tell = (outcome: string) => {
      const took = (performance.now() - begun).toFixed(1);
      debug(`${inner.target}: ${name}${about}: ${outcome}${took} ms`);
    };
    try {
      const result = await run();
      tell("");
      return result;
    } catch (error) {
      tell(`${messageOf(error)}, `);
      throw error;
    }
  }, {
    immediate: () => () => undefined, // each call is to have its line
    list: (list) => (prefix, options) => {
      debug(`${inner.target}: list ${JSON.stringify(prefix)}`);
      return list(prefix, options);
    },
  });
}
