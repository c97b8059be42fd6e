/** Which version of a file that is missing is there: the nearest one. */

/** So many files that are missing are looked around for. */
const LOOKED_AROUND = 40;

/** Versions that are asked for on each side of one that is missing. */
const REACH = 10;

/** Where nothing lists what is there: for each key the nearest patch release that `isThere`. */
export async function lookAround(
  keys: readonly string[],
  isThere: (key: string) => Promise<boolean>,
): Promise<string[]> {
  const found: string[] = [];
  for (const key of keys.slice(0, LOOKED_AROUND)) {
    for (const other of neighbours(key)) {
      if (!await isThere(other)) continue;
      found.push(other);
      break;
    }
  }
  return found;
}

/** Tells the key of the same file in the nearest version, if there is one among `keys`. */
export function nearestAmong(keys: readonly string[]): (key: string) => string | undefined {
  const shapeOf = (key: string) => key.replaceAll(VERSION, "#");
  const byShape = Map.groupBy(keys, shapeOf);
  return (key) => {
    const wanted = versionOf(key);
    if (wanted === undefined) return undefined;
    const others = (byShape.get(shapeOf(key)) ?? []).filter((other) => other !== key);
    return others.map((other) => ({ other, distance: distance(wanted, versionOf(other) ?? []) }))
      .sort((a, b) => a.distance - b.distance || (a.other < b.other ? 1 : -1))[0]?.other;
  };
}

/** Keys of the same file in other patch releases, nearest first. */
function neighbours(key: string): string[] {
  const [, , patch] = versionOf(key) ?? [];
  const [version] = key.match(VERSION) ?? [];
  if (patch === undefined || version === undefined) return [];
  return Array.from({ length: REACH }, (_, i) => [patch - i - 1, patch + i + 1]).flat()
    .filter((other) => other >= 0)
    .map((other) => key.replaceAll(version, version.replace(/\d+$/, String(other))));
}

/** Three numbers or two, as in `v1.32.4` and `cri-o.amd64.v1.32.0.tar.gz`. */
const VERSION = /(?<![\d.])\d+(?:\.\d+){1,2}(?![\d])/g;

function versionOf(key: string): number[] | undefined {
  return key.match(VERSION)?.[0]?.split(".").map(Number);
}

/** Another minor release is further away than any patch release of the same one. */
function distance(a: readonly number[], b: readonly number[]): number {
  const apart = (at: number) => Math.abs((a[at] ?? 0) - (b[at] ?? 0));
  return apart(0) * 1e8 + apart(1) * 1e4 + apart(2);
}
