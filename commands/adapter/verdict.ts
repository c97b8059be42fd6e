/** What is told of the cases, as lines. */
import type { ConformanceResult } from "../../core/conformance.ts";
import type { OutputOptions, Reporter } from "../output/reporter.ts";
import { formatSeconds } from "../../core/format.ts";

/** The results so far, and what they come to. */
export interface Verdict {
  /** Tells a result. */
  add(result: ConformanceResult): void;
  /** Tells what they come to; the exit status. */
  end(about: { readonly adapter: string; readonly target?: string | undefined }): number;
}

/** Begins a verdict; a quiet one shows only what failed, and what it comes to. */
export function verdict(report: Reporter, { quiet }: Pick<OutputOptions, "quiet">): Verdict {
  const begun = performance.now();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  return {
    add(result) {
      counts[result.outcome]++;
      const text = quiet && result.outcome !== "failed" ? "" : line(result);
      report.result({ event: "case", ...result }, text);
    },
    end({ adapter, target }) {
      const seconds = (performance.now() - begun) / 1000;
      const ok = counts.failed === 0 && counts.passed > 0;
      const { passed, failed, skipped } = counts;
      const took = formatSeconds(seconds);
      report.result(
        {
          event: "summary",
          ok,
          adapter,
          ...(target !== undefined && { target }),
          ...counts,
          seconds,
        },
        `${adapter}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${took}\n`,
      );
      return ok ? 0 : 5;
    },
  };
}

function line({ name, outcome, reason, hint }: ConformanceResult): string {
  switch (outcome) {
    case "passed":
      return `passed   ${name}\n`;
    case "skipped":
      return `skipped  ${name}: ${reason}\n`;
    case "failed":
      return `FAILED   ${name}\n         ${reason}\n${
        hint === undefined ? "" : `         ${hint}\n`
      }`;
  }
}
