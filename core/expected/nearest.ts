/** The version of a file that is there instead of the one that is asked for. */

/** Three numbers or two, as in `v1.32.4` and `cri-o.amd64.v1.32.0.tar.gz`. */
const VERSION = /(?<![\d.])\d+(?:\.\d+){1,2}(?![\d])/g;

/** Gives the key of the same file in the version that is nearest; undefined when there is none. */
export type Nearest = (key: string) => string | undefined;

export function nearestAmong(keys: Iterable<string>): Nearest {
  const byShape = Map.groupBy(keys, shapeOf);
  return (key) => {
    const wanted = versionOf(key);
    if (wanted === undefined) return undefined;
    const others = (byShape.get(shapeOf(key)) ?? []).filter((other) => other !== key);
    return others.map((other) => ({ other, distance: distance(wanted, versionOf(other) ?? []) }))
      .sort((a, b) => a.distance - b.distance || (a.other < b.other ? 1 : -1))[0]?.other;
  };
}

/**
 * Keys of the same file in versions near by, nearest first, for a place that cannot tell what it
 * has: patch releases, where a version has three numbers.
 */
export function neighbours(key: string, reach: number): string[] {
  const [, , patch] = versionOf(key) ?? [];
  const [version] = key.match(VERSION) ?? [];
  if (patch === undefined || version === undefined) return [];
  return Array.from({ length: reach }, (_, i) => [patch - i - 1, patch + i + 1]).flat()
    .filter((other) => other >= 0)
    .map((other) => key.replaceAll(version, version.replace(/\d+$/, String(other))));
}

function shapeOf(key: string): string {
  return key.replaceAll(VERSION, "#");
}

function versionOf(key: string): number[] | undefined {
  return key.match(VERSION)?.[0]?.split(".").map(Number);
}

/** Another minor release is further away than any patch release of the same one. */
function distance(a: readonly number[], b: readonly number[]): number {
  return [1e8, 1e4, 1].reduce(
    (sum, weight, i) => sum + weight * Math.abs((a[i] ?? 0) - (b[i] ?? 0)),
    0,
  );
}
