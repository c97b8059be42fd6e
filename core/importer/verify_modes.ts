/** The one list of verify modes: the flag's choices, help and errors follow from it. */
import type { ExpectedFile } from "../packages/mod.ts";
import type { StorageAdapter } from "../storage/mod.ts";
import { BinimportError } from "../util/errors.ts";
import type { VerifyOptions } from "./verify.ts";

/** How far a proof goes: the name of one of {@linkcode VERIFY_MODES}. */
export type VerifyMode = "auto" | "url" | "target" | "off";

/** Which files are looked at, and how. */
export interface Step {
  readonly mode: VerifyOptions["mode"];
  readonly files: readonly ExpectedFile[];
}

interface VerifyModeSpec {
  readonly name: string;
  /** For help: what it does. */
  readonly summary: string;
  /** Where files are read; `nothing` trusts what was checked while writing. */
  readonly reads: "url" | "target" | "nothing";
  /** It is a mistake where no URL is known. */
  readonly needsUrl?: true;
  /** What an import looks at, one after the other until something is found wrong. */
  steps(written: {
    readonly files: readonly ExpectedFile[];
    /** Those whose bytes nobody has checked yet but the adapter that wrote them. */
    readonly unchecked: readonly ExpectedFile[];
    /** Whether a URL of theirs is known. */
    readonly served: boolean;
  }): Step[];
}

/** In bytes, of the body that `auto` fetches: a longer one proves no more, and takes its time. */
const MAX_SAMPLE = 16 * 1024 * 1024;

/** The first is the default. */
export const VERIFY_MODES: VerifyModeSpec[] = [
  {
    name: "auto",
    summary: "ask for every length and fetch one body",
    reads: "url",
    steps({ files, unchecked, served }) {
      const steps: Step[] = [{ mode: "target", files: unchecked }];
      if (served) steps.push({ mode: "head", files }, { mode: "url", files: sample(files) });
      return steps.filter(({ files }) => files.length > 0);
    },
  },
  {
    name: "url",
    summary: "fetch every body",
    reads: "url",
    needsUrl: true,
    steps: ({ files }) => [{ mode: "url", files }],
  },
  {
    name: "target",
    summary: "read it back",
    reads: "target",
    steps: ({ files }) => [{ mode: "target", files }],
  },
  {
    name: "off",
    summary: "trust what was checked while writing",
    reads: "nothing",
    steps: () => [],
  },
];

/** The mode of a name; throws code `usage` for another one. */
export function verifyMode(name: string): VerifyModeSpec {
  const found = VERIFY_MODES.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = VERIFY_MODES.map((one) => one.name).join(", ");
  throw new BinimportError("usage", `Cannot verify by "${name}": there is no such mode`, {
    hint: `There are ${names}.`,
  });
}

/** Throws code `usage` where a mode needs the URL of a target that has none. */
export function requireUrl(
  { name, needsUrl }: VerifyModeSpec,
  adapter: Pick<StorageAdapter, "target" | "publicUrl">,
): void {
  if (!needsUrl || adapter.publicUrl?.("x") !== undefined) return;
  throw new BinimportError(
    "usage",
    `Cannot verify ${adapter.target} over its URL: no URL is known`,
    { hint: `Give --url, or another mode than --verify ${name}.` },
  );
}

/** The longest file that is not too long to fetch for a look, else the shortest. */
function sample(files: readonly ExpectedFile[]): ExpectedFile[] {
  const bySize = files.toSorted((a, b) => a.size - b.size);
  const longest = bySize.findLast(({ size }) => size <= MAX_SAMPLE);
  return longest === undefined ? bySize.slice(0, 1) : [longest];
}
