/** The results as Markdown. */
import type { Comparison, Result } from "./compare.ts";
import type { Row } from "./rows.ts";

/** A line for each peer: its median and ours, and the quotient of both. */
export function resultTable(comparisons: readonly Comparison[]): string {
  return table(
    ["row", "peer", "binimport", "peer's time", "peer ÷ binimport", "binimport's memory", "peer's"],
    comparisons.flatMap(cellsOf),
  );
}

/** An older report with the lines of these rows in place of its own. */
export function withRows(report: string, comparisons: readonly Comparison[]): string {
  const lines = report.split("\n");
  for (const comparison of comparisons) {
    const isOfRow = (line: string) => line.startsWith(`| ${comparison.row.name} |`);
    const former = lines.filter(isOfRow).length;
    if (former > 0) {
      lines.splice(lines.findIndex(isOfRow), former, ...cellsOf(comparison).map(lineOf));
    }
  }
  return lines.join("\n");
}

function cellsOf({ row, results: [ours, ...peers] }: Comparison): string[][] {
  return peers.map((peer) => cells(row, ours, peer));
}

/** A line for each corpus. */
export function corpusTable(comparisons: readonly Comparison[]): string {
  const used = comparisons.flatMap(({ results }) => results.map(({ corpus }) => corpus));
  const corpora = new Map(used.map((corpus) => [corpus.name, corpus]));
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

function cells({ name, per }: Row, ours: Result | undefined, peer: Result): string[] {
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
    `${(theirs.seconds / unitsOf(peer, per) / (mine.seconds / unitsOf(ours, per))).toFixed(2)}×${
      per === undefined ? "" : ` for each ${per}`
    }`,
    megabytes(mine.peakBytes),
    megabytes(theirs.peakBytes),
  ];
}

/** By what times are divided. */
function unitsOf(result: Result | undefined, per: Row["per"]): number {
  if (result === undefined || per === undefined) return 1;
  return per === "byte" ? result.corpus.unpacked : result.corpus.files;
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString("en-US")} MB`;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...lines].map((line) => `${lineOf(line)}\n`).join("");
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
