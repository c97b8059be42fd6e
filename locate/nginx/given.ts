/** The configuration that `--nginx-conf` names. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { BinimportError } from "../../core/errors.ts";
import { hostView, Unreadable } from "../file_view.ts";
import type { Installation } from "./configuration.ts";
import { parseDump } from "./dump.ts";
import { installationOf, runningNginx } from "./running.ts";
import { installationFor, installedBuilds } from "./usual_places.ts";

/**
 * The installation that a file belongs to: that of a running nginx that reads it, else as its place
 * suggests. The file may also be what `nginx -T` printed, on this host or in a container.
 *
 * @throws {BinimportError} code `nginx-conf` when it cannot be read
 */
export async function givenInstallation(file: string): Promise<Installation> {
  const path = resolve(file);
  const dump = parseDump(await read(path));
  if (dump !== undefined) {
    return { ...installationFor(dump.confPath, installedBuilds()), ...dump, prefixAssumed: true };
  }
  const running = runningNginx().map(installationOf)
    .find((one) => one !== undefined && isSame(one.confPath, path));
  return running === undefined
    ? installationFor(path, installedBuilds())
    : { ...running, confPath: path };
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await hostView.read(path);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new BinimportError(
      "nginx-conf",
      `Cannot read ${JSON.stringify(path)} of --nginx-conf: ${error.message}`,
      { hint: error.hint },
    );
  }
}

function isSame(one: string, other: string): boolean {
  if (one === other) return true;
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
