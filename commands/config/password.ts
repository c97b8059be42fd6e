/** What a password in a clusterConfig.yaml can be. */
import { BinimportError } from "../../core/errors.ts";

/** The ways to give one. */
export const PASSWORD_WAYS =
  "Give --password-file FILE, --password-file - for standard input, or " +
  "set $BINIMPORT_PASSWORD.";

/** The password, unless it is empty or of more than one line. `from` says where it came from. */
export function checkPassword(password: string, from: string): string {
  if (password === "") throw unusable(from, "it is empty");
  if (/[\r\n]/.test(password)) throw unusable(from, "it has more than one line");
  if (password.includes("\0")) throw unusable(from, "it holds a NUL byte");
  return password;
}

function unusable(from: string, state: string): BinimportError {
  return new BinimportError("usage", `Cannot use the password of ${from}: ${state}`, {
    hint: PASSWORD_WAYS,
  });
}
