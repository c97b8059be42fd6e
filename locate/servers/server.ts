/** Web servers besides nginx whose configuration is read. */
import type { Resolve, Resolved } from "../base_url.ts";
import { toText } from "../bytes.ts";
import { type Place, placeText } from "../config_text.ts";
import type { FileView } from "../file_view.ts";
import { NoAnswer, type WebAddress } from "../result.ts";
import { decodeUri } from "./nginx/mod.ts";
import { pcre, UndecidedMatch } from "./nginx/pcre/mod.ts";

/** A running server, as far as its configuration depends on it. */
export interface Running {
  readonly pid: number;
  readonly argv: readonly string[];
  /** The folder that it was started in, absolute. */
  readonly folder: string;
  /** The files as it sees them. */
  readonly view: FileView;
  /** A variable of its environment; `undefined` when unset or not to be seen. */
  env(name: string): string | undefined;
  /** Its program; empty when it cannot be read. */
  program(): Uint8Array;
}

/** A configuration that was read. */
export interface Opened {
  readonly confPath: string;
  /** `USER` or `USER:GROUP` of its workers, where it is said. */
  readonly user?: string;
  readonly resolve: Resolve<Resolved>;
}

export interface ServerKind {
  readonly name: string;
  /** The names that its program has. */
  readonly programs: readonly string[];
  /**
   * Reads the configuration of one that runs. Throws code `nginx-conf` for mistakes, and
   * {@linkcode NoAnswer} for what this reader does not understand.
   */
  open(running: Running): Promise<Opened>;
}

export const GIVE_ROOT = "Give the folder with --root DIR: the import proves it by a small file.";

/** A request's path, decoded, as bytes. Throws {@linkcode NoAnswer} where a server refuses it. */
export function requestUri(server: string, { path }: WebAddress): string {
  const uri = decodeUri(path, true);
  if (uri !== undefined) return uri;
  const state = `${server} refuses the path ${JSON.stringify(path)}`;
  throw new NoAnswer("bad-request", state, "Look for a wrong %, or a .. too many.");
}

/** Throws {@linkcode NoAnswer} where a server speaks TLS and the URL does not, or the other way. */
export function requireScheme(
  server: string,
  tls: boolean,
  { scheme }: WebAddress,
  place: Place,
): void {
  if (tls === (scheme === "https")) return;
  const speaks = tls ? "speaks TLS alone" : "does not speak TLS";
  throw new NoAnswer(
    "no-server",
    `${server} ${speaks} there (${placeText(place)})`,
    `Give the URL with ${tls ? "https" : "http"}://, or another port.`,
  );
}

/** A construct that decides, in a way that is not followed. */
export function unclear(text: string, place: Place, reason: string): NoAnswer {
  return new NoAnswer("unclear", `"${text}" at ${placeText(place)} ${reason}`, GIVE_ROOT);
}

/** The groups of an expression's match in bytes; undefined when it does not match. */
export function groupsOf(
  source: string,
  subject: string,
  place: Place,
  caseless = false,
): readonly string[] | undefined {
  const pattern = pcre(source, caseless);
  if ("refused" in pattern) {
    throw unclear(toText(source), place, `cannot be decided: ${pattern.refused}`);
  }
  try {
    return pattern.match(subject)?.groups;
  } catch (error) {
    if (!(error instanceof UndecidedMatch)) throw error;
    throw unclear(toText(source), place, `cannot be decided: ${error.message}`);
  }
}
