/** Lines that operators copy from the index. */
import { mirrorVariables } from "../../core/expected/mod.ts";
import { encodePath } from "../request_path.ts";

/** The variables that have kubespray fetch from this server: no role reads `files_repo` alone. */
export function variableLines(origin: string): string[] {
  return Object.entries(mirrorVariables(origin)).map(([name, value]) => `${name}: "${value}"`);
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
