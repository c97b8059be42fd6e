/** The results as Markdown. */
import type { Comparison, Result } from "./compare.ts";

/** A line for each peer: its median and ours, and the quotient of both. */
export function resultTable(comparisons: readonly Comparison[]): string {
  const lines = comparisons.flatMap(({ row, results: [ours, ...peers] }) =>
    peers.map((peer) => cells(row.name, ours, peer))
  );
  return table(
    ["row", "peer", "binimport", "peer's time", "peer ÷ binimport", "binimport's memory", "peer's"],
    lines,
  );
}

/** A line for each corpus. */
export function corpusTable(comparisons: readonly Comparison[]): string {
  const corpora = new Map(comparisons.map(({ corpus }) => [corpus.name, corpus]));
  return table(
    ["corpus", "files", "unpacked", "package", "SHA-256 of the package"],
    [...corpora.values()].map(({ name, files, unpacked, packed, sha256 }) => [
      name,
      files.toLocaleString("en-US"),
      megabytes(unpacked),
      megabytes(packed),
      `\`${sha256.slice(0, 16)}…\``,
    ]),
  );
}

function cells(name: string, ours: Result | undefined, peer: Result): string[] {
  const [mine, theirs] = [ours?.median, peer.median];
  if (mine === undefined || theirs === undefined) {
    const gap = `not here: ${peer.missing.join(", ")}`;
    return [name, peer.label, mine === undefined ? "–" : seconds(mine.seconds), gap, "–", "–", "–"];
  }
  return [
    name,
    peer.label,
    seconds(mine.seconds),
    seconds(theirs.seconds),
    `${(theirs.seconds / mine.seconds).toFixed(2)}×`,
    megabytes(mine.peakBytes),
    megabytes(theirs.peakBytes),
  ];
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString("en-US")} MB`;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...lines].map((line) => `| ${line.join(" | ")} |\n`).join(
    "",
  );
}
