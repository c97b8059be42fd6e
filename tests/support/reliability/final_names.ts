/** What lies under final names, by digest. */
import assert from "node:assert/strict";
import type { OneRelease } from "./releases.ts";

/** Fails unless each file is whole, of one release or of the other. */
export function assertWhole(
  found: Readonly<Record<string, string>>,
  releases: readonly OneRelease[],
  moment: string,
): void {
  for (const [key, digest] of Object.entries(found)) {
    const whole = releases.some(({ digests }) => digests[key] === digest);
    assert(whole, `${key} is of neither release (${digest}) ${moment}`);
  }
  for (const key of Object.keys(releases[0]?.digests ?? {})) {
    assert(key in found, `${key} was there, and is gone ${moment}`);
  }
}
