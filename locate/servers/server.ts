/** Web servers besides nginx whose configuration is read, and what their readers have in common. */
import type { Resolve } from "../base_url.ts";
import { toText } from "../bytes.ts";
import { type Place, placeText } from "../config_text.ts";
import type { FileView } from "../file_view.ts";
import { decodeUri, ipOf, NoAnswer, noteWarning, type Trace, type WebAddress } from "../result.ts";

/** A running server, as far as its configuration depends on it. */
export interface Running {
  readonly argv: readonly string[];
  /** The folder that it was started in, absolute. */
  readonly folder: string;
  readonly view: FileView;
  /** A variable of its environment, as bytes; `undefined` when unset or not to be seen. */
  env(name: string): string | undefined;
  /** The bytes of its program; none when it cannot be read. */
  program(): Uint8Array;
}

export interface Opened {
  readonly confPath: string;
  /** `USER` or `USER:GROUP` of its workers, where it is said. */
  readonly user?: string | undefined;
  readonly resolve: Resolve;
}

export interface ServerKind {
  readonly name: string;
  readonly programs: readonly string[];
  /** Where its main configuration is as a rule, absolute. */
  readonly usual: readonly string[];
  /** Throws code `nginx-conf` for mistakes, and {@linkcode NoAnswer} for what is not understood. */
  open(running: Running): Promise<Opened>;
}

/** A directive of a configuration, or a section with what stands in it. */
export interface Directive extends Place {
  readonly name: string;
  /** Its words as bytes, quotes resolved. */
  readonly args: readonly string[];
  /** The whole of it as bytes. */
  readonly text: string;
  readonly block?: readonly Directive[];
}

/** The last directive of a name: what counts where later ones replace earlier ones. */
export function last(directives: readonly Directive[], name: string): Directive | undefined {
  return directives.findLast((one) => one.name === name);
}

export const GIVE_ROOT = "Give the folder with --root DIR: the import proves it by a small file.";

/** The words of an option on a command line: `-f FILE`, `-fFILE`, `--config FILE`, `-c=FILE`. */
export function optionsIn(argv: readonly string[], ...names: readonly string[]): string[] {
  return argv.flatMap((word, i) => {
    const name = names.find((one) => word.startsWith(one.startsWith("--") ? `${one}=` : one));
    if (names.includes(word)) return argv[i + 1] ?? [];
    return name === undefined ? [] : word.slice(name.length).replace(/^=/, "");
  });
}

/** The IP address that a URL names; undefined for a name, which is not looked up. */
export function ipAsked({ host }: WebAddress): string | undefined {
  return host === "localhost" ? "127.0.0.1" : ipOf(host);
}

/** A request's path, decoded, as bytes. Throws {@linkcode NoAnswer} where a server refuses it. */
export function requestUri(server: string, { path }: WebAddress, mergeSlashes = true): string {
  const uri = decodeUri(path, mergeSlashes);
  if (uri !== undefined) return uri;
  const state = `${server} refuses the path ${JSON.stringify(path)} (400)`;
  throw new NoAnswer("bad-request", state, "Look for a wrong %, or a .. too many.");
}

/** Throws {@linkcode NoAnswer} where a server speaks TLS and the URL does not, or the other way. */
export function requireScheme(
  server: string,
  tls: boolean,
  { scheme }: WebAddress,
  where: string | Place,
): void {
  if (tls === (scheme === "https")) return;
  const state = `${server} ${tls ? "speaks TLS alone" : "does not speak TLS"}`;
  const shown = typeof where === "string" ? where : `there (${placeText(where)})`;
  const hint = `Give the URL with ${tls ? "https" : "http"}://, or another port.`;
  throw new NoAnswer("no-server", `${state} ${shown}`, hint);
}

/** `"DocumentRoot /srv" at FILE:LINE`, of text in bytes. */
export function quoted({ text, ...place }: Place & { readonly text: string }): string {
  return `"${toText(text)}" at ${placeText(place)}`;
}

/** A construct decides, in a way that is not followed; `text` is its own, as bytes. */
export function unclear(
  one: Place & { readonly text?: string },
  reason: string,
  text: string = one.text ?? "",
): NoAnswer {
  return new NoAnswer("unclear", `${quoted({ ...one, text })} ${reason}`, GIVE_ROOT);
}

/** What is said of something that keeps a request from its file, and what to do. */
const TAKEN = {
  handler: ["answers instead of files", GIVE_ROOT],
  return: ["answers instead of files", "Give a URL that is not redirected."],
  rewrite: ["turns the request into another one", GIVE_ROOT],
  denied: ["refuses everybody", GIVE_ROOT],
} as const;

export function taken(by: keyof typeof TAKEN, what: string): NoAnswer {
  const [state, hint] = TAKEN[by];
  return new NoAnswer(by, `${what} ${state}`, hint);
}

export function warnOfCredentials(trace: Trace, what: string, hint: string, code = "auth"): void {
  const message = `${what} may ask nodes for credentials, which they do not have`;
  noteWarning(trace, { code, message, hint });
}
