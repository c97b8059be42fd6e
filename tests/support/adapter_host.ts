/** What the core lends to an adapter, for tests: remembers what it was told. */
import type { AdapterHost } from "../../core/storage/adapter.ts";
import { plainHost } from "../../core/storage/host.ts";

/** A host, and what it was told so far. */
export interface TestHost extends AdapterHost {
  /** The lines for `--verbose`. */
  readonly lines: string[];
  /** The codes of warnings. */
  readonly warnings: string[];
}

/** A host with these environment variables and no others. */
export function testHost(env: Readonly<Record<string, string>> = {}): TestHost {
  const lines: string[] = [];
  const warnings: string[] = [];
  const warn = (code: string) => void warnings.push(code);
  return { lines, warnings, ...plainHost({ env, warn, debug: (line) => void lines.push(line) }) };
}
