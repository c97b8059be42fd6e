/** Errors that name a plug-in's file and the member of it that slipped. */
import { errno } from "../errno.ts";
import { BinimportError, type ErrorCode, messageOf } from "../errors.ts";

/** A plug-in's file, as the user named it. */
export interface PluginFile {
  /** Its path or address. */
  readonly address: string;
  /** Its `file:` URL, which stack traces name. */
  readonly url: string;
}

/** A plug-in is not what the contract says. */
export function slip({ address }: PluginFile, state: string, hint?: string): BinimportError {
  return new BinimportError("plugin", `Cannot use adapter ${JSON.stringify(address)}: ${state}`, {
    hint: hint ?? "docs/writing-an-adapter.md tells what each member owes.",
  });
}

/** What system errors mean to an import; everything else is code `target`. */
const CODES: Readonly<Record<string, readonly [code: ErrorCode, retryable: boolean]>> = {
  ENOSPC: ["no-space", false],
  EDQUOT: ["no-space", false],
  EACCES: ["forbidden", false],
  EPERM: ["forbidden", false],
  EROFS: ["forbidden", false],
  ECONNREFUSED: ["unavailable", true],
  ECONNRESET: ["unavailable", true],
  ENOTFOUND: ["unavailable", true],
  EAI_AGAIN: ["unavailable", true],
  EPIPE: ["unavailable", true],
  ETIMEDOUT: ["unavailable", true],
};

/**
 * What a plug-in threw, as an error that the core understands. One made by `host.error`, or by the
 * source of a `put`, is passed on; any other gets the file and the member into its message.
 */
export function thrown(
  file: PluginFile,
  member: string,
  doing: string,
  cause: unknown,
): BinimportError {
  if (cause instanceof BinimportError) return cause;
  const isDefect = cause instanceof TypeError || cause instanceof ReferenceError ||
    cause instanceof RangeError || cause instanceof SyntaxError;
  const system = CODES[errno(cause) ?? ""];
  const [code, retryable] = system ?? [isDefect ? "plugin" : "target", saysRetryable(cause)];
  const what = cause instanceof Error ? `${cause.name}: ${messageOf(cause)}` : messageOf(cause);
  const place = placeIn(file, cause);
  return new BinimportError(
    code,
    `Cannot ${doing}: ${member} of ${JSON.stringify(file.address)} threw ${what}`,
    { cause, retryable, ...(place !== undefined && { hint: `It was thrown at ${place}.` }) },
  );
}

function saysRetryable(cause: unknown): boolean {
  return cause instanceof Error && "retryable" in cause && cause.retryable === true;
}

/** `LINE:COLUMN` of the first frame of the stack that is in the file. */
function placeIn({ address, url }: PluginFile, cause: unknown): string | undefined {
  const stack = cause instanceof Error ? cause.stack ?? "" : "";
  const at = stack.indexOf(`${url}:`);
  const place = at < 0 ? undefined : /^\d+:\d+/.exec(stack.slice(at + url.length + 1))?.[0];
  return place && `${address}:${place}`;
}
