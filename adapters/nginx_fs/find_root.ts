/** The root behind a URL, as the configuration of nginx tells it. */
import type { AdapterHost } from "../../core/storage/mod.ts";
import { tried } from "../../core/util/tried.ts";
import { type FolderAnswer, locate, parseBaseAddress, placeText } from "../../locate/mod.ts";
import { parseServerUser } from "./accounts.ts";
import type { NginxFsConfig, SoughtConfig } from "./options.ts";

/** Looks for a root and the user of its server's workers; throws code `nginx-conf` without answer. */
export async function findRoot(
  { url, nginxConf, ...rest }: SoughtConfig,
  host: AdapterHost,
): Promise<NginxFsConfig> {
  const answer = await locate(parseBaseAddress(url), { nginxConf });
  reportAnswer(answer, host);
  // One that this host does not know was told as a warning.
  const serverUser = rest.serverUser ?? tried(() => parseServerUser(answer.user ?? ""));
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
