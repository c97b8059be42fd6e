/** One program that tests or benchmarks need. */

/** What became of it. */
export interface Part {
  readonly program: string;
  readonly state: "present" | "installed" | "MISSING";
  /** Its version, or why it is missing. */
  readonly detail: string;
}

/** The line that tells of it. */
export function partLine({ program, state, detail }: Part): string {
  return `${program.padEnd(20)} ${state.padEnd(10)} ${detail}`;
}
