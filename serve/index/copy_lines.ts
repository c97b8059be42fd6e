/** Lines that operators copy from the index. */
import { encodePath } from "../request_path.ts";

/** The variable of kubespray that points to this server. */
export function filesRepoLine(origin: string): string {
  return `files_repo: "${origin}"`;
}

/** A command that fetches a file under its own name. */
export function curlCommand(origin: string, key: string): string {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const encoded = encodePath(key);
  // With -O, curl would keep the encoded name.
  const output = encoded.endsWith(`/${name}`) || encoded === name
    ? "-fO"
    : `-fo ${shellQuoted(`./${name}`)}`;
  return `curl ${output} '${origin}/${encoded}'`;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
