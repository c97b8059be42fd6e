/** Whether TLS can be spoken here: it takes random numbers that very old kernels do not give. */
import { BinimportError } from "./errors.ts";

let missing = false;

/** To be called by whoever found out that the first TLS connection would end this process. */
export function forbidTls(): void {
  missing = true;
}

/** Throws code `unsupported` where TLS cannot be spoken. */
export function requireTls(address: string): void {
  if (!missing) return;
  throw new BinimportError("unsupported", `Cannot use "${address}": TLS does not work here`, {
    hint: "This kernel has no getrandom: Linux 3.17 has it, and that of RHEL or CentOS 7.4.",
  });
}
