/** Web servers besides nginx whose configuration is read. */
import type { FileView } from "../file_view.ts";
import type { Resolve, Resolved } from "../folder.ts";

/** A running server, as far as its configuration depends on it. */
export interface Running {
  readonly pid: number;
  /** Its command line. */
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
  /** The main file. */
  readonly confPath: string;
  /** `USER` or `USER:GROUP` of its workers, where it is said. */
  readonly user?: string;
  /** Where a URL leads. */
  readonly resolve: Resolve<Resolved>;
}

/** A kind of server. */
export interface ServerKind {
  /** As people call it. */
  readonly name: string;
  /** The names that its program has. */
  readonly programs: readonly string[];
  /**
   * Reads the configuration of one that runs. Throws code `nginx-conf` for mistakes, and
   * {@linkcode NoAnswer} for what this reader does not understand.
   */
  open(running: Running): Promise<Opened>;
}
