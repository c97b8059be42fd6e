/** What a plug-in is lent, with its arguments looked at: an author may write without types. */
import type { ErrorCode } from "../../util/errors.ts";
import type { AdapterHost } from "../adapter.ts";
import { shown } from "../shapes.ts";
import { type PluginFile, slip } from "./errors.ts";

/** Codes that `host.error` takes; `docs/errors.md` tells of each. */
const CODES: Readonly<Record<ErrorCode, true>> = {
  usage: true,
  plugin: true,
  "package-missing": true,
  "package-unreadable": true,
  "package-unsupported": true,
  "package-damaged": true,
  "package-hostile": true,
  "config-invalid": true,
  "nginx-conf": true,
  "not-found": true,
  unauthorized: true,
  forbidden: true,
  "no-space": true,
  integrity: true,
  "invalid-key": true,
  unavailable: true,
  locked: true,
  listen: true,
  unsupported: true,
  target: true,
  difference: true,
  aborted: true,
};

/** The same host, but a wrong argument of `debug`, `warn` and `error` is named in an error. */
export function lentHost(host: AdapterHost, file: PluginFile): AdapterHost {
  const wrong = (call: string, name: string, value: unknown) =>
    slip(file, `it called host.${call} with ${shown(value)} as ${name}`);
  return {
    ...host,
    debug(message) {
      if (!isText(message)) throw wrong("debug(message)", "message", message);
      host.debug(message);
    },
    warn(code, message, hint) {
      const call = "warn(code, message, hint?)";
      if (!isText(code)) throw wrong(call, "code", code);
      if (!isText(message)) throw wrong(call, "message", message);
      if (hint !== undefined && !isText(hint)) throw wrong(call, "hint", hint);
      host.warn(code, message, hint);
    },
    error(code, message, details) {
      const call = "error(code, message, details?)";
      if (!Object.hasOwn(CODES, code)) {
        const hint = `Codes are ${Object.keys(CODES).join(", ")}.`;
        throw slip(file, `it called host.${call} with ${shown(code)} as code`, hint);
      }
      if (!isText(message)) throw wrong(call, "message", message);
      if (details !== undefined && !isDetails(details)) throw wrong(call, "details", details);
      return host.error(code, message, details);
    },
  };
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isDetails(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
