/** The root behind a URL, as the configuration of nginx tells it. */
import type { AdapterHost } from "../../core/storage/mod.ts";
import { type FolderAnswer, locateFolder, placeText } from "../../locate/mod.ts";
import { parseServerUser, type ServerUser } from "./accounts.ts";
import type { NginxFsConfig, SoughtConfig } from "./options.ts";

/**
 * Completes a configuration without a root: looks for that, and for the user of the server's workers.
 * Throws code `nginx-conf` where no folder is the answer.
 */
export async function findRoot(
  { url, nginxConf, ...rest }: SoughtConfig,
  host: AdapterHost,
): Promise<NginxFsConfig> {
  const answer = await locateFolder(url, nginxConf === undefined ? {} : { nginxConf });
  reportAnswer(answer, host);
  const serverUser = rest.serverUser ?? userOf(answer);
  return { ...rest, root: answer.path, url, ...(serverUser && { serverUser }) };
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
  } catch { /* as if it were not known */ }
}
