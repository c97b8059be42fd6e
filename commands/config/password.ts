/** Takes a password from where no list of processes shows it. */
import { BinimportError, messageOf } from "../../core/errors.ts";
import type { Context } from "../context.ts";

/** The ways to give one. */
export const PASSWORD_WAYS =
  "Give --password-file FILE, --password-file - for standard input, or " +
  "set $BINIMPORT_PASSWORD.";

/** Reads a file, or standard input for `-`. One newline at its end is not part of the password. */
export async function readPassword(file: string, context: Context): Promise<string> {
  const text = decode(await readBytes(file, context));
  return checkPassword(text.replace(/\r?\n$/, ""), `--password-file ${file}`);
}

/** The password, unless it is empty or of more than one line. `from` says where it came from. */
export function checkPassword(password: string, from: string): string {
  if (password === "") throw unusable(from, "it is empty");
  if (/[\r\n]/.test(password)) throw unusable(from, "it has more than one line");
  if (password.includes("\0")) throw unusable(from, "it holds a NUL byte");
  return password;
}

async function readBytes(file: string, context: Context): Promise<Uint8Array> {
  try {
    if (file !== "-") return await Deno.readFile(file);
    return await new Response(context.stdin()).bytes();
  } catch (cause) {
    if (cause instanceof BinimportError) throw cause;
    throw new BinimportError(
      "usage",
      `Cannot read ${JSON.stringify(file)} of --password-file: ${messageOf(cause)}`,
      { cause },
    );
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw unusable("--password-file", "it is not in UTF-8");
  }
}

function unusable(from: string, state: string): BinimportError {
  return new BinimportError("usage", `Cannot use the password of ${from}: ${state}`, {
    hint: PASSWORD_WAYS,
  });
}
