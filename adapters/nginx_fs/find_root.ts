/** The root behind a URL, as the configuration of nginx tells it. */
import type { AdapterHost } from "../../core/storage/mod.ts";
import { type FolderAnswer, locateFolder, placeText } from "../../locate/mod.ts";
import { parseServerUser, type ServerUser } from "./accounts.ts";
import type { NginxFsConfig, ParsedConfig } from "./options.ts";

/**
 * Completes a configuration: where no root was given it is looked for, and with it the user of the
 * server's workers. What stands in the way of some files is told as warnings.
 *
 * @throws {BinimportError} code `nginx-conf` where no folder is the answer
 */
export async function findRoot(config: ParsedConfig, host: AdapterHost): Promise<NginxFsConfig> {
  if (config.root !== undefined) return config;
  const { url, nginxConf, ...rest } = config;
  const answer = await locateFolder(url, nginxConf === undefined ? {} : { nginxConf });
  reportAnswer(answer, host);
  const serverUser = config.serverUser ?? userOf(answer);
  return { ...rest, root: answer.path, url, ...(serverUser === undefined ? {} : { serverUser }) };
}

/** Tells how a folder was found, and what is worth a warning. */
export function reportAnswer({ steps, warnings }: FolderAnswer, host: AdapterHost): void {
  for (const { text, file, line } of steps) {
    const place = file === undefined || line === undefined ? "" : ` (${placeText({ file, line })})`;
    host.debug(`${text}${place}`);
  }
  for (const { code, message, hint } of warnings) {
    // Whoever writes into it says so, if that is a hindrance.
    if (code !== "missing-folder") host.warn(code, message, hint);
  }
}

/** One that this host does not know was told as a warning. */
function userOf({ user }: FolderAnswer): ServerUser | undefined {
  try {
    return user === undefined ? undefined : parseServerUser(user);
  } catch {
    return undefined;
  }
}
