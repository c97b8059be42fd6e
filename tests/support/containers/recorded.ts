/** Clients of runtimes that answer what was recorded. */
import { fail } from "node:assert/strict";
import type { Mount } from "../../../locate/containers/mounts.ts";
import type { Ended, Tool } from "../../../locate/containers/tool.ts";

/** What a client answers: what it prints, or how it fails. */
export type Answer = string | { readonly status: number; readonly stderr: string };

/** What a fixture of this name holds. */
export function fixture(name: string): string {
  return Deno.readTextFileSync(new URL(`../../fixtures/containers/${name}.json`, import.meta.url));
}

/** A client that answers these command lines and no others. */
export function recordedTool(
  answers: Readonly<Record<string, Answer>>,
  env: Readonly<Record<string, string>> = {},
): Tool {
  return {
    env: (name) => env[name],
    run(args) {
      const answer = answers[args.join(" ")];
      if (answer === undefined) fail(`asked for: ${args.join(" ")}`);
      return Promise.resolve(endedWith(answer));
    },
  };
}

function endedWith(answer: Answer): Ended {
  if (typeof answer !== "string") return { stdout: new Uint8Array(0), ...answer };
  return { status: 0, stdout: new TextEncoder().encode(answer), stderr: "level=warning msg=x" };
}

/** Mounts in short: `DESTINATION SOURCE`, or why there is no source. */
export function shown(mounts: readonly Mount[]): string[] {
  return mounts.map(({ destination, source, what, readOnly }) => {
    const place = typeof source === "string" ? source : `(${source.reason})`;
    return `${destination} ${what}: ${place}${readOnly ? " ro" : ""}`;
  });
}
