/** What is worth a warning when a package was read. */
import { formatCount } from "./format.ts";
import type { ImportRun, Origin } from "./import_run.ts";

/** Warns of files that lay above the stripped folders. */
export function warnStripped(run: ImportRun, { package: { name } }: Origin, count: number): void {
  if (count === 0) return;
  run.emit({
    event: "warning",
    code: "stripped-away",
    message: `${count} files of ${
      JSON.stringify(name)
    } lie above the stripped folders and were left out`,
    hint: "Give --strip-components 0 if they are wanted.",
  });
}

/** Warns of files that replaced those of a package before it. */
export function warnReplaced(run: ImportRun, { package: { name }, replaced }: Origin): void {
  const [first] = replaced;
  if (first === undefined) return;
  run.emit({
    event: "warning",
    code: "replaced",
    message: `${formatCount(replaced.size, "file")} of ${
      JSON.stringify(name)
    } had other bytes in a package before it, such as ${
      JSON.stringify(first)
    }: the later one counts`,
    hint: "If both are needed, import one of them --into a folder of its own.",
  });
}
